import { humanDuration } from "../base/duration.ts";

/** What can be told about a program. */
export const NEWS = ["crash", "crash_loop", "recovery", "failed"] as const;
export type NewsKind = (typeof NEWS)[number];

/** How a program ended; `unknown` when nobody could see it. */
export type Ending = { readonly code: number } | { readonly signal: string; readonly outOfMemory?: true } | "unknown";

/** What this room hears of programs. Durations in milliseconds, `at` wall time in milliseconds. */
export type Happening =
  & { readonly program: string; readonly at: number }
  & (
    | { readonly kind: "ended"; readonly exit: Ending; readonly uptimeMs: number }
    /** It failed and is started again. */
    | { readonly kind: "retrying"; readonly inMs: number; readonly reason: string }
    | { readonly kind: "crash_loop"; readonly failures: number; readonly inMs: number }
    | { readonly kind: "failed"; readonly reason: string }
    | { readonly kind: "stable" }
  );

/** Something worth telling. */
export interface News {
  readonly kind: NewsKind;
  readonly program: string;
  /** Wall time in milliseconds. */
  readonly at: number;
  /** One sentence, with the program's name. */
  readonly message: string;
  /** How it ended, when it ended by itself. */
  readonly exit: Ending | null;
  /** Of a recovery: what it recovered from. */
  readonly from?: "crash" | "worse";
}

/** Programs that are kept in mind; more exist only where names come and go. */
const MOST = 1000;

/** Makes news of what happens: knows who is in trouble, so that it can tell who has come out of it. */
export class Newsroom {
  readonly #exits = new Map<string, Ending>();
  readonly #troubled = new Map<string, "crash" | "worse">();

  /** The news in it, if there are any. */
  hear(happening: Happening): News | undefined {
    const { program, at } = happening;
    const news = (kind: NewsKind, text: string): News => ({
      kind,
      program,
      at,
      message: `${program} ${text}`,
      exit: this.#exits.get(program) ?? null,
    });
    switch (happening.kind) {
      case "ended":
        remember(this.#exits, program, happening.exit);
        return undefined;
      case "retrying": {
        const { reason, inMs } = happening;
        if (!this.#troubled.has(program)) remember(this.#troubled, program, "crash");
        const crash = news("crash", `crashed: ${reason}; started again ${waitText(inMs)}`);
        this.#exits.delete(program); // The next failure may be of another kind.
        return crash;
      }
      case "crash_loop": {
        remember(this.#troubled, program, "worse");
        const { failures, inMs } = happening;
        return news(
          "crash_loop",
          `is in a crash loop: ${failures} failures in a short time; started again ${waitText(inMs)}`,
        );
      }
      case "failed": {
        remember(this.#troubled, program, "worse");
        const failed = news("failed", `has failed and is not started again: ${happening.reason}`);
        this.#exits.delete(program);
        return failed;
      }
      case "stable":
        return this.#recovered(news("recovery", "has recovered: it is stable again"));
    }
  }

  #recovered(news: News): News | undefined {
    const from = this.#troubled.get(news.program);
    this.#troubled.delete(news.program);
    this.#exits.delete(news.program);
    return from === undefined ? undefined : { ...news, exit: null, from };
  }
}

function remember<T>(map: Map<string, T>, program: string, value: T): void {
  map.delete(program);
  map.set(program, value);
  const [oldest] = map.keys();
  if (map.size > MOST && oldest !== undefined) map.delete(oldest);
}

function waitText(ms: number): string {
  return ms === 0 ? "at once" : `in ${humanDuration(ms)}`;
}
