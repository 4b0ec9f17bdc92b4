import type { Ending } from "../base/ending.ts";
import { humanDuration } from "../base/duration.ts";
import { remember } from "./memory.ts";

/** What can be told about a program or a job. */
export const NEWS = ["crash", "crash_loop", "recovery", "failed", "job_failed", "job_overdue"] as const;
export type NewsKind = (typeof NEWS)[number];

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

/** Something worth telling, of a program or of a job: the name of the other is null. */
export interface News {
  readonly kind: NewsKind;
  readonly program: string | null;
  readonly job: string | null;
  /** Wall time in milliseconds. */
  readonly at: number;
  /** One sentence, with the name. */
  readonly message: string;
  /** How it ended, when it ended by itself. */
  readonly exit: Ending | null;
  /** Of a recovery: what it recovered from; `worse` than a crash, or each kind of trouble that a job had. */
  readonly from?: "crash" | "worse" | readonly NewsKind[];
  /** Of a run of a job: what became of it. */
  readonly outcome?: "ok" | "failed" | "timeout" | "interrupted";
  readonly runId?: number;
  /** Of a job: the slot that it is about. Wall time in milliseconds. */
  readonly slotAt?: number;
}

/** Makes news of what happens to programs: knows who is in trouble, so that it can tell who has come out of it. */
export class Newsroom {
  readonly #exits = new Map<string, Ending>();
  readonly #troubled = new Map<string, "crash" | "worse">();

  /** The news in it, if there are any. */
  hear(happening: Happening): News | undefined {
    const { program, at } = happening;
    const news = (kind: NewsKind, text: string): News => ({
      kind,
      program,
      job: null,
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
        return this.#recovered(program, news("recovery", "has recovered: it is stable again"));
    }
  }

  #recovered(program: string, news: News): News | undefined {
    const from = this.#troubled.get(program);
    this.#troubled.delete(program);
    this.#exits.delete(program);
    return from === undefined ? undefined : { ...news, exit: null, from };
  }
}

function waitText(ms: number): string {
  return ms === 0 ? "at once" : `in ${humanDuration(ms)}`;
}
