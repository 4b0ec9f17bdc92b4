import { resolve } from "node:path";
import type { CheckedElement, Elements } from "./document_check.ts";
import type { Reading } from "./kind.ts";
import { type KnownNames, knownNames } from "./known_names.ts";
import type { JobSettings } from "./settings_job.ts";
import type { RepositorySettings } from "./settings_repository.ts";
import type { SchedulerSettings } from "./settings_scheduler.ts";

/** What jobs say of the scheduler has to be there; what can have no effect is said. */
export function checkJobs(elements: Elements, reading: Reading): void {
  const scheduler = elements("scheduler")[0]?.value as SchedulerSettings | undefined;
  const pools = knownNames(Object.keys(scheduler?.pools ?? {}));
  for (const [index, { raw, value }] of elements("job").entries()) {
    const job = value as JobSettings | undefined;
    if (job === undefined) continue;
    const here = reading.at("job").at(index);
    if (scheduler !== undefined) {
      checkPool(job, { pools, reading: here });
      checkHours(job, { raw, scheduler, reading: here });
    }
    warnOfIdle(job, { raw, reading: here });
  }
  warnOfPaths(elements("repository"), reading);
}

function checkPool(
  { pool }: JobSettings,
  { pools, reading }: { readonly pools: KnownNames; readonly reading: Reading },
): void {
  if (pool === undefined || pools.has(pool)) return;
  const near = pools.near(pool);
  reading.flaw(`is "${pool}", and the scheduler has no such pool`, {
    path: ["pool"],
    hint: near === undefined ? `add under [scheduler]: pools = { ${pool} = 1 }` : `did you mean "${near}"?`,
  });
}

interface Told {
  readonly raw: CheckedElement["raw"];
  readonly reading: Reading;
}

function checkHours(
  { workHoursOnly }: JobSettings,
  { raw, scheduler, reading }: Told & { readonly scheduler: SchedulerSettings },
): void {
  const given = ["work_hours_only", "outside_hours"].find((key) => Object.hasOwn(raw, key) && raw[key] !== false);
  if (given !== undefined && !scheduler.hasWorkHours) {
    return reading.flaw("is given, and the scheduler has no work hours", {
      path: [given],
      target: "key",
      hint: 'add under [scheduler]: work_hours = { days = ["mon-fri"], start = "09:00", end = "18:00" }',
    });
  }
  if (given === "outside_hours" && !workHoursOnly) {
    reading.warn("has no effect: the job runs at any time", {
      path: [given],
      target: "key",
      hint: "add: work_hours_only = true",
    });
  }
}

interface Idle {
  /** What has no effect. */
  readonly keys: readonly string[];
  readonly without: string;
  /** What gives it one. */
  readonly add: string;
  readonly when: (job: JobSettings) => boolean;
}

/** Settings that hold only together with another. */
const IDLE: readonly Idle[] = [
  {
    keys: ["retry_delay", "retry_max_delay"],
    without: "retries",
    add: "retries = 3",
    when: ({ retries }) => retries === 0,
  },
  {
    keys: ["missed_max", "missed_window"],
    without: 'missed = "all"',
    add: 'missed = "all"',
    when: ({ missed }) => missed !== "all",
  },
  { keys: ["timezone"], without: "cron", add: 'cron = "0 9 * * *"', when: ({ cron }) => cron === undefined },
  {
    keys: ["missed", "jitter"],
    without: "every or cron",
    add: 'every = "1h"',
    when: ({ every, cron }) => every === undefined && cron === undefined,
  },
];

function warnOfIdle(job: JobSettings, { raw, reading }: Told): void {
  for (const { keys, without, add, when } of IDLE) {
    for (const key of keys) {
      if (!Object.hasOwn(raw, key) || !when(job)) continue;
      reading.warn(`has no effect without ${without}`, {
        path: [key],
        target: "key",
        hint: `add: ${add}, or take it out`,
      });
    }
  }
}

/** Two of one path look at the same commits, which is seldom meant. */
function warnOfPaths(elements: readonly CheckedElement[], reading: Reading): void {
  const first = new Map<string, string>();
  for (const [index, { value }] of elements.entries()) {
    const repository = value as RepositorySettings | undefined;
    if (repository === undefined) continue;
    const path = resolve(repository.path);
    const before = first.get(path);
    if (before === undefined) first.set(path, repository.name);
    else {
      reading.warn(`is "${repository.path}", the path of "${before}" too`, {
        path: ["repository", index, "path"],
        hint: "every commit counts for both",
      });
    }
  }
}
