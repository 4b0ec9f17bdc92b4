import { type JobEvent, jobLevel, jobSentence } from "../../jobs/events.ts";
import { GRACE_MS } from "../../jobs/timetable.ts";
import type { Context } from "../context.ts";
import type { Journal } from "../events/journal.ts";
import type { Logs } from "../logs.ts";
import { jobDraft, jobFields } from "./job_draft.ts";
import { type Pauses, writePauses } from "./pauses.ts";

/** Who hears of what happens to jobs. */
export interface JobNewsOptions {
  readonly context: Context;
  readonly logs: Logs;
  readonly journal: Journal;
  /** Hears of what happens to jobs, for notifications. */
  readonly onEvent: (event: JobEvent) => void;
}

/** Everything that happens to jobs: written into the log and the journal, told on, and measured. */
export class JobNews {
  readonly #options: JobNewsOptions;
  readonly #pauses: () => Pauses;
  #lagMs: number | null = null;

  /** @param pauses what is paused now */
  constructor(options: JobNewsOptions, pauses: () => Pauses) {
    [this.#options, this.#pauses] = [options, pauses];
  }

  /** Milliseconds between the last slot that came at its time and the start of its run. */
  get lagMs(): number | null {
    return this.#lagMs;
  }

  hear(event: JobEvent): void {
    const { context, logs, journal, onEvent } = this.#options;
    if (event.kind === "job_pause") writePauses(context.system.files, context.paths.jobs, this.#pauses());
    if (event.kind === "job_started") this.#measureLag(event);
    logs.logging.logger("jobs")[jobLevel(event)](jobSentence(event), jobFields(event));
    journal.note(jobDraft(event));
    onEvent(event);
  }

  /** Of slots that came at their time; one that was made up for says nothing. */
  #measureLag({ run }: Extract<JobEvent, { kind: "job_started" }>): void {
    const late = (run.startedAt ?? 0) - run.slotAt;
    const isTimed = run.cause.kind === "every" || run.cause.kind === "cron";
    if (isTimed && run.attempts === 1 && late >= 0 && late < GRACE_MS) this.#lagMs = late;
  }
}
