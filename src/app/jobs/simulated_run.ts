import type { RunOutcome, TriggerKind } from "../../base/job_reports.ts";
import type { Context } from "../context.ts";

/** One slot as the simulated scheduler would end it. Times are ISO 8601. */
export interface SimulatedRun {
  readonly job: string;
  readonly slot: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly trigger: TriggerKind;
  readonly outcome: RunOutcome;
  readonly reason: string | null;
}

/** What is simulated; times in milliseconds since the epoch. */
export interface SimulateOptions {
  readonly from: number;
  readonly to: number;
  /** Only this job is told of; the others run too, because they may be in its way. */
  readonly job?: string;
  /** How long a run of a job takes, in milliseconds; of the others nothing. */
  readonly durations: Readonly<Record<string, number>>;
}

/** Runs the configuration on a virtual clock with the real engine; in the order of the slots. */
export type Simulate = (context: Context, options: SimulateOptions) => AsyncIterable<SimulatedRun>;
