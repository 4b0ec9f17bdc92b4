import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { McpegConfig } from "./config.ts";

/**
 * Lets in whoever may call tools: with `server.token_file` those who send its content (RFC 6750), without it every process
 * of this host, because then appd binds no other address than the loopback's.
 */
export class Doorkeeper {
  readonly #config: () => McpegConfig;
  #known: { readonly config: McpegConfig; readonly token: Promise<string | undefined> } | undefined;

  /** @param config the configuration that holds, another object after a reload */
  constructor(config: () => McpegConfig) {
    this.#config = config;
  }

  /** The answer to a request that may not go on. */
  async refuse({ headers }: Request): Promise<Response | undefined> {
    const token = await this.#token();
    if (token === undefined) return undefined;
    const [, given = ""] = /^Bearer +([\x21-\x7e]+)$/i.exec(headers.get("authorization") ?? "") ?? [];
    if (same(given, token)) return undefined;
    const error = { code: -32000, message: "a valid bearer token is needed, the content of server.token_file" };
    const challenge = { "www-authenticate": 'Bearer realm="mcpeg"' };
    return Response.json({ jsonrpc: "2.0", error, id: null }, { status: 401, headers: challenge });
  }

  /** Read once for each configuration. */
  #token(): Promise<string | undefined> {
    const config = this.#config();
    if (this.#known?.config !== config) this.#known = { config, token: tokenOf(config) };
    return this.#known.token;
  }
}

async function tokenOf({ server: { tokenFile } }: McpegConfig): Promise<string | undefined> {
  return tokenFile === undefined ? undefined : (await readFile(tokenFile, "utf8")).trim();
}

/** An empty secret is nobody's. */
function same(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return secret !== "" && a.length === b.length && timingSafeEqual(a, b);
}
