import { formatDuration } from "../base/duration.ts";
import type { Reading } from "./kind.ts";
import { cron } from "./kind_cron.ts";
import { EVENTS_TEXT, eventTriggers } from "./kind_triggers.ts";
import { duration, flag, oneOf } from "./kinds.ts";
import { timezone } from "./kinds_host.ts";
import { listSection, type OutOf } from "./section.ts";
import { setting, type ValuesOf } from "./setting.ts";
import { argvOf, commandSettings, plainName } from "./settings_command.ts";
import { stopSettings } from "./settings_life.ts";
import { outputLog } from "./settings_output.ts";
import { processSettings, workingDirectory } from "./settings_process.ts";
import { POLICY } from "./settings_job_policy.ts";
import { zoneAtTop } from "./settings_scheduler.ts";

/** What makes a job run. */
export const TRIGGERS = {
  enabled: setting(flag(), {
    default: true,
    help: "false: nothing makes it run but a command",
    reload: "applied",
    example: false,
  }),
  every: setting(duration({ min: 1000 }), {
    defaultText: "none",
    help: "time from one run to the next, at least 1 s; this or cron",
    doc: "The pace goes on over restarts, and a change of the clock does not touch it.",
    reload: "applied",
    example: "3h",
  }),
  cron: setting(cron(), {
    defaultText: "none",
    help: "times of day at which it runs, as in crontab(5); this or every",
    doc:
      "Minute, hour, day of the month, month and day of the week, and seconds before them when there are six fields. " +
      "Names of months and days, lists, ranges, steps, `L`, `W` and `#` are taken, and `@daily` and its like. Where the " +
      "clock changes, a time of day runs once, also when it is left out or comes twice, and what repeats through the day " +
      "keeps its pace.",
    reload: "applied",
    example: "0 9 * * mon-fri",
  }),
  timezone: setting(timezone(), {
    defaultText: "as `timezone` at the top",
    help: "time zone of cron",
    reload: "applied",
    example: "Europe/Berlin",
  }),
  on: setting(eventTriggers(), {
    default: [],
    help: "events that make it run",
    doc: EVENTS_TEXT,
    reload: "applied",
    example: ["git:myproject", "program:web:failed", "job:backup:ok"],
  }),
  run_on_start: setting(flag(), {
    default: false,
    help: "run, too, when the daemon has started",
    reload: "applied",
    example: true,
  }),
  jitter: setting(duration({ min: 0 }), {
    default: "0s",
    help: "longest time that a timed run is put off, so that not all begin at once",
    doc: "How long is random and the same for the same time of the same job.",
    reload: "applied",
    example: "30s",
  }),
  work_hours_only: setting(flag(), {
    default: false,
    help: "run inside the scheduler's work_hours only",
    reload: "applied",
    example: true,
  }),
  outside_hours: setting(oneOf(["skip", "defer"]), {
    default: "skip",
    help: "what happens to a run outside the work hours: it is skipped, or put off to the next opening, once",
    reload: "applied",
    example: "defer",
  }),
} as const;

const FIELDS = {
  name: setting(plainName(), {
    required: true,
    help: "name of the job, unlike that of any other job or program",
    reload: "applied",
    example: "standup",
  }),
  ...commandSettings("job"),
  ...TRIGGERS,
  ...POLICY,
  ...processSettings("job"),
  ...stopSettings("job"),
  log: outputLog("job"),
} as const;

type Values = ValuesOf<typeof FIELDS>;

/** What people look for under other words. */
const TIMES = 'write every = "3h", or cron = "0 9 * * mon-fri"';
const EVENTS = 'write on = "start", or another event';

/**
 * Jobs that the daemon runs. In the result commands are argv, also where a shell runs them; a zone that is absent is the
 * system's; `on` has also what repositories say.
 */
export const JOB_SECTION = listSection("job", {
  help: "a job that the daemon runs at times or on events",
  doc: "A job without `every`, `cron` and `on` runs when somebody says so, or a `[[repository]]`.",
  unique: "name",
  fields: FIELDS,
  hints: { schedule: TIMES, interval: TIMES, at: TIMES, when: TIMES, trigger: EVENTS, triggers: EVENTS },
  finish(values: Values, reading): Finished {
    return {
      ...values,
      ...finishPlan(values, reading),
      command: argvOf(values, reading),
      cwd: workingDirectory(values, reading),
    };
  },
});

/** When and how a job runs, whatever its work is. */
export type PlanValues = ValuesOf<typeof TRIGGERS & typeof POLICY>;

/** Checks when and how a job runs, and completes it. */
export function finishPlan(
  values: PlanValues,
  reading: Reading,
): { readonly overlap: Overlap; readonly timezone?: string } {
  checkTimes(values, reading);
  checkDelays(values, reading);
  const zone = values.timezone ?? zoneAtTop(reading);
  return { ...(zone === undefined ? {} : { timezone: zone }), overlap: values.overlap ?? usualOverlap(values) };
}

interface Finished extends Omit<Values, "command" | "cwd" | "overlap"> {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly overlap: Overlap;
}

type Overlap = NonNullable<Values["overlap"]>;

/** A job as the section reads it. */
export type JobSettings = OutOf<typeof JOB_SECTION>;

/** Another run of a timed job is soon due again, an event is not. */
export function usualOverlap({ every, cron, on, runOnStart }: Pick<Values, "every" | "cron" | "on" | "runOnStart">) {
  const timed = every !== undefined || cron !== undefined;
  return !timed && (on.length > 0 || runOnStart) ? "queue" : "skip";
}

function checkTimes({ every, cron, jitter, on, runOnStart }: PlanValues, reading: Reading): void {
  if (every !== undefined && cron !== undefined) {
    reading.flaw(`stands beside every = "${formatDuration(every)}", and a job takes one of the two`, {
      path: ["cron"],
      target: "key",
      hint: "take one of them out, or make two jobs",
    });
  }
  if (every !== undefined && jitter >= every) {
    reading.flaw(`is ${formatDuration(jitter)}, and the next run is due by then (every = "${formatDuration(every)}")`, {
      path: ["jitter"],
      hint: `give less: jitter = "${formatDuration(Math.ceil(every / 10))}"`,
    });
  }
  const position = on.findIndex(({ kind }) => kind === "start");
  if (runOnStart && position >= 0) {
    reading.flaw(`is true, and on has "start" too, which says the same`, {
      path: ["run_on_start"],
      hint: "take one of them out",
    });
  }
}

function checkDelays({ retryDelay, retryMaxDelay, deadline, jitter }: PlanValues, reading: Reading): void {
  if (retryMaxDelay < retryDelay) {
    reading.flaw(`is ${formatDuration(retryMaxDelay)}, less than retry_delay (${formatDuration(retryDelay)})`, {
      path: ["retry_max_delay"],
      hint: `add: retry_max_delay = "${formatDuration(retryDelay)}"`,
    });
  }
  if (deadline !== undefined && deadline <= jitter) {
    reading.flaw(
      `is ${formatDuration(deadline)}, and jitter may put the run off until then (${formatDuration(jitter)})`,
      {
        path: ["deadline"],
        hint: "give more time, or less jitter",
      },
    );
  }
}
