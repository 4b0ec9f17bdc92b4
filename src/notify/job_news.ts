import { humanDuration } from "../base/duration.ts";
import { remember } from "./memory.ts";
import { type Ending, endingText } from "../base/ending.ts";
import type { News, NewsKind } from "./news.ts";

/** A run of a job that has its outcome. Times are wall times in milliseconds. */
export interface EndedRun {
  readonly id: number;
  /** The how-manieth trigger of the job. */
  readonly number: number | null;
  readonly slotAt: number;
  /** It was put off until then; null: it was due at its slot. */
  readonly notBefore: number | null;
  readonly outcome: "ok" | "failed" | "timeout" | "interrupted";
  readonly reason: string | null;
  readonly attempts: number;
  readonly exit: Ending | null;
}

/** What this room hears of jobs. Durations in milliseconds, `at` wall time in milliseconds. */
export type JobHappening =
  & { readonly job: string; readonly at: number }
  & (
    | { readonly kind: "job_ended"; readonly run: EndedRun }
    /** No run of this slot has ended well by its deadline. */
    | { readonly kind: "job_overdue"; readonly slotAt: number; readonly deadlineMs: number }
  );

type TroubleKind = "job_failed" | "job_overdue";

/** Why a job is in trouble, and what ends it: a good run of this slot or of a later one. */
interface Trouble {
  readonly kinds: ReadonlySet<TroubleKind>;
  readonly until: number;
}

const FAILURES = { failed: "failed", timeout: "ran into its timeout", interrupted: "was interrupted" } as const;

/** Makes news of what happens to jobs. Needs no word of a job that is late no more: the run that ended well says so. */
export class JobNewsroom {
  readonly #troubled = new Map<string, Trouble>();

  /** The news in it, if there are any. */
  hear(happening: JobHappening): News | undefined {
    if (happening.kind === "job_overdue") return this.#overdue(happening);
    return happening.run.outcome === "ok"
      ? this.#endedWell(happening, happening.run)
      : this.#failed(happening, { ...happening.run, outcome: happening.run.outcome });
  }

  #overdue({ job, at, slotAt, deadlineMs }: Extract<JobHappening, { kind: "job_overdue" }>): News {
    this.#trouble(job, "job_overdue", slotAt);
    const slot = new Date(slotAt).toISOString();
    const text = `is overdue: no run of the slot ${slot} has ended well within ${humanDuration(deadlineMs)}`;
    return { ...newsOf({ job, at }, "job_overdue", text), slotAt };
  }

  #failed(about: JobHappening, run: EndedRun & { readonly outcome: keyof typeof FAILURES }): News {
    this.#trouble(about.job, "job_failed", -Infinity);
    const why = run.reason ?? (run.exit === null ? null : endingText(run.exit));
    const reason = why === null ? "" : `: ${why}`;
    const exit = run.outcome === "failed" ? run.exit : null; // The other two are no ends of its own.
    const news = newsOf(about, "job_failed", `${FAILURES[run.outcome]}${reason} (${whichText(run)})`);
    return { ...news, exit, outcome: run.outcome, runId: run.id, slotAt: run.slotAt };
  }

  #endedWell(about: JobHappening, run: EndedRun): News | undefined {
    const trouble = this.#troubled.get(about.job);
    if (trouble === undefined || (run.notBefore ?? run.slotAt) < trouble.until) return undefined;
    this.#troubled.delete(about.job);
    const news = newsOf(about, "recovery", `has recovered: a run has ended well (${whichText(run)})`);
    return { ...news, outcome: run.outcome, runId: run.id, slotAt: run.slotAt, from: [...trouble.kinds] };
  }

  #trouble(job: string, kind: TroubleKind, until: number): void {
    const before = this.#troubled.get(job);
    remember(this.#troubled, job, {
      kinds: new Set(before?.kinds).add(kind),
      until: Math.max(until, before?.until ?? -Infinity),
    });
  }
}

function newsOf({ job, at }: { readonly job: string; readonly at: number }, kind: NewsKind, text: string): News {
  return { kind, program: null, job, at, message: `job ${job} ${text}`, exit: null };
}

function whichText({ number, slotAt, attempts }: EndedRun): string {
  const trigger = number === null ? "" : `trigger #${number}, `;
  return `${trigger}slot ${new Date(slotAt).toISOString()}${attempts > 1 ? `, ${attempts} attempts` : ""}`;
}
