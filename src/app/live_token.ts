import type { ReloadChange } from "../base/reload_reports.ts";
import type { Config } from "../schema/appd_schema.ts";
import type { Context } from "./context.ts";
import { tokenFileOf, tokenOf } from "./token.ts";

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
  readonly #system: Context["system"];
  /** Of the start. */
  readonly #config: Config;
  #value: string | undefined;

  /** @param config of the start */
  constructor({ system }: Context, config: Config) {
    [this.#system, this.#config] = [system, config];
  }

  get value(): string | undefined {
    return this.#value;
  }

  /** Reads it for the first time. @throws AppdError as {@link tokenOf} */
  begin(): void {
    this.#value = tokenOf(this.#config, this.#system);
  }

  /**
   * Reads it again. Another file is only tried: the next start would refuse it, when nobody thinks of this reload.
   *
   * @param next the configuration that is reloaded
   * @throws AppdError as {@link tokenOf}
   */
  look(next: Config): TokenFound {
    const isSame = next.server.tokenFile === tokenFileOf(this.#config);
    const found = tokenOf(isSame ? this.#config : next, this.#system);
    const value = isSame ? found : this.#value;
    const isNew = value !== this.#value;
    return {
      changes: isNew ? [{ key: "server.token_file", effect: "applied" }] : [],
      take: () => void (this.#value = value),
    };
  }
}
