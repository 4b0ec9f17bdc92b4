import type { Clock } from "../system/clock.ts";
import type { JobEvent } from "./events.ts";
import type { JobSpec, Timing } from "./job_spec.ts";
import type { Ledger } from "./ledger.ts";
import type { Runner } from "./runner.ts";

/** What the jobs room is handed. */
export interface JobsDeps {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly runner: Runner;
  /** Of a job with `cron`. */
  readonly timingOf: (spec: JobSpec) => Timing;
  /** Milliseconds, the same for the same slot. */
  readonly jitterOf: (spec: JobSpec, slotAt: number) => number;
  /** Milliseconds since the machine was booted, with those that it slept; undefined when it cannot be known. */
  readonly sinceBoot: () => number | undefined;
  readonly onEvent: (event: JobEvent) => void;
}
