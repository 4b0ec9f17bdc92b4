import { duration, flag, integer, oneOf, text } from "./kinds.ts";
import { setting } from "./setting.ts";

/** How a job's runs go about each other, about failure, and about what was missed. */
export const POLICY = {
  timeout: setting(duration({ min: 0 }), {
    default: "0s",
    help: "longest time of one attempt, which is stopped then; 0: none",
    reload: "applied",
    example: "30m",
  }),
  retries: setting(integer({ min: 0, max: 1000 }), {
    default: 0,
    help: "how often a run that failed is tried again",
    reload: "applied",
    example: 3,
  }),
  retry_delay: setting(duration({ min: 0 }), {
    default: "10s",
    help: "time before the first retry, doubled for each further one",
    reload: "applied",
    example: "1m",
  }),
  retry_max_delay: setting(duration({ min: 0 }), {
    default: "10m",
    help: "longest time before a retry",
    reload: "applied",
    example: "1h",
  }),
  overlap: setting(oneOf(["skip", "queue", "replace", "allow"]), {
    defaultText: "`skip`; `queue` for a job that only events make run",
    help: "what happens to a run that is due while the job runs",
    doc: "`skip`: it is left out. `queue`: it waits. `replace`: the old run is cancelled. " +
      "`allow`: both run.",
    reload: "applied",
    example: "replace",
  }),
  pool: setting(text({ label: "name" }), {
    defaultText: "none",
    help: "pool of the scheduler whose places it shares with other jobs",
    reload: "applied",
    example: "db",
  }),
  missed: setting(oneOf(["once", "skip", "all"]), {
    default: "once",
    help: "what happens to times at which the daemon did not run",
    doc: "`once`: one run makes up for all of them. `skip`: none does. `all`: one run for each, of the newest " +
      "`missed_max` within `missed_window`. What is left out stands in the history.",
    reload: "applied",
    example: "skip",
  }),
  missed_max: setting(integer({ min: 1, max: 10_000 }), {
    default: 100,
    help: "most missed times that are made up for, with missed = all",
    reload: "applied",
    example: 10,
  }),
  missed_window: setting(duration({ min: 1 }), {
    default: "1d",
    help: "oldest missed time that is made up for, with missed = all",
    reload: "applied",
    example: "6h",
  }),
  critical: setting(flag(), {
    default: false,
    help: "health is degraded (503) while its last run has not ended well",
    reload: "applied",
    example: true,
  }),
  deadline: setting(duration({ min: 1 }), {
    defaultText: "none",
    help: "alert when no run has ended well so long after it was due",
    reload: "applied",
    example: "1h",
  }),
  keep_runs: setting(integer({ min: 1, max: 1_000_000 }), {
    default: 1000,
    help: "lines of history that are kept",
    reload: "applied",
    example: 100,
  }),
  keep_for: setting(duration({ min: 1 }), {
    default: "90d",
    help: "how long a line of history is kept",
    reload: "applied",
    example: "30d",
  }),
} as const;
