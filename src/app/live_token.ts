import type { ReloadChange } from "../base/reports.ts";
import type { Config } from "../schema/appd_schema.ts";
import type { Context } from "./context.ts";
import { readToken } from "./token.ts";

/** What a reload finds in the token file. */
export interface TokenFound {
  /** That it is another token, as a reload tells it. */
  readonly changes: readonly ReloadChange[];
  /** From now on it is the token. */
  take(): void;
}

/**
 * The token that actions over TCP have to present: read at the start, and again by every reload, so that one that became
 * known can be exchanged. Where the file is, and whether there is one, only a restart changes.
 */
export class LiveToken {
  readonly #read: () => string | undefined;
  readonly #path: string | undefined;
  #value: string | undefined;

  /** @param config of the start */
  constructor({ system: { files, host } }: Context, { server: { port, tokenFile } }: Config) {
    this.#path = port === 0 ? undefined : tokenFile; // Nobody presents it to a control socket.
    this.#read = () => this.#path === undefined ? undefined : readToken(files, this.#path, host.uid);
  }

  get value(): string | undefined {
    return this.#value;
  }

  /** Reads it for the first time. @throws AppdError as {@link readToken} */
  begin(): void {
    this.#value = this.#read();
  }

  /** Reads it again. @param next the configuration that is reloaded @throws AppdError as {@link readToken} */
  look({ server }: Config): TokenFound {
    const value = server.tokenFile === this.#path ? this.#read() : this.#value;
    const isNew = value !== this.#value;
    return {
      changes: isNew ? [{ key: "server.token_file", effect: "applied" }] : [],
      take: () => void (this.#value = value),
    };
  }
}
