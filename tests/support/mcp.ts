/** MCP servers and clients for the tests of the gateway. */
import { Client } from "@modelcontextprotocol/sdk/client";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport";
import { compiled } from "./compiled.ts";
import { Instance, until } from "./instance.ts";

const MCPEG = await compiled("examples/mcpeg/mcpeg.ts");
const SERVER = new URL("../fixtures/mcp_server.ts", import.meta.url).pathname;

/** What keeps a compiled test server from being compiled again in each test's own home. */
const CACHE = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;

/** The words that run the test server over stdin and stdout. */
export function serverCommand(...options: string[]): string[] {
  return [Deno.execPath(), "run", "-A", "--quiet", "--no-check", SERVER, ...options];
}

/** An `[[upstream]]` that runs the test server. */
export function upstream(name: string, { more = "", options = [] as readonly string[] } = {}): string {
  const command = JSON.stringify(serverCommand("--name", name, ...options));
  return `\n[[upstream]]\nname = "${name}"\ncommand = ${command}\nenv = { DENO_DIR = ${
    JSON.stringify(CACHE)
  } }\n${more}\n`;
}

/** An `[[upstream]]` that is reached over HTTP. */
export function remoteUpstream(name: string, port: number, more = ""): string {
  return `\n[[upstream]]\nname = "${name}"\nurl = "http://127.0.0.1:${port}/mcp"\n${more}\n`;
}

export function mcpeg(config = ""): Instance {
  return new Instance(config, MCPEG);
}

/** One server, as `mcpeg servers --json` has it. */
// deno-lint-ignore no-explicit-any -- the shape under test
export async function serverOf(app: Instance, name: string): Promise<any> {
  const { servers } = JSON.parse((await app.run(["servers", "--json"])).stdout);
  return servers.find((one: { name: string }) => one.name === name);
}

/** Waits until a server is in a state; ready when nothing else is said. */
export function whenServer(app: Instance, name: string, state = "ready") {
  return until(`${name} is ${state}`, async () => {
    const server = await serverOf(app, name);
    return server?.state === state ? server : undefined;
  }, 60_000);
}

/** A client of a running gateway. */
export class GatewayClient extends Client implements AsyncDisposable {
  /** Methods of the notifications that came. */
  readonly heard: string[] = [];

  /** Connects, and waits until it listens: what is told before, nobody hears. */
  static async connect(app: Instance, headers: Record<string, string> = {}): Promise<GatewayClient> {
    const client = new GatewayClient({ name: "test", version: "1" }, { capabilities: {} });
    client.fallbackNotificationHandler = ({ method }) => {
      client.heard.push(method);
      return Promise.resolve();
    };
    const url = new URL(`http://127.0.0.1:${app.port}/mcp`);
    const listening = Promise.withResolvers<void>();
    const transport = new StreamableHTTPClientTransport(url, {
      requestInit: { headers },
      fetch(input, init) {
        const response = fetch(input, init as RequestInit);
        if (init?.method === "GET") response.finally(listening.resolve).catch(() => {}); // The stream of news.
        return response;
      },
    });
    await client.connect(transport as Transport);
    await listening.promise;
    return client;
  }

  /** Calls a tool; gives the text of its result. */
  async text(name: string, args: Record<string, unknown> = {}): Promise<string> {
    const result = await this.callTool({ name, arguments: args });
    return (result.content as { text: string }[]).map(({ text }) => text).join("");
  }

  /** Names of the tools that are offered. */
  async tools(): Promise<string[]> {
    return (await this.listTools()).tools.map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
