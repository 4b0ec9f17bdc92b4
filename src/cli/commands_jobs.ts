import { RUN_STATES, TRIGGER_KINDS } from "../base/job_reports.ts";
import type { ArgumentSpec, CommandSpec, Exits, OptionSpec } from "./command.ts";

const JOB: ArgumentSpec = { name: "NAME", kind: "job", required: true, help: "name of a job" };
const RUN_ID: OptionSpec = {
  name: "run",
  value: { name: "NUMBER", kind: "count" },
  help: "a run by its number, as jobs history shows it",
};

const LOOK: Exits = {
  ok: true,
  generic: "no such job or run",
  usage: true,
  notRunning: true,
  noPermission: true,
  unavailable: true,
};
const ACT: Exits = { ...LOOK, ok: "done" };

const LIST: CommandSpec = {
  name: "list",
  summary: "list the jobs: state, schedule, last and next run",
  description: ["With --quiet only the names, one a line."],
  examples: [
    { line: "appd jobs list", says: "the table" },
    { line: "appd jobs list --json | jq '.[] | select(.last.outcome != \"ok\") | .name'", says: "who failed last" },
  ],
  exits: { ok: true, usage: true, notRunning: true, noPermission: true, unavailable: true },
  load: () => import("./verbs/jobs.ts").then((verb) => verb.list),
};

const SHOW: CommandSpec = {
  name: "show",
  summary: "show everything about one job, or about one run",
  description: ["Of a job its last runs and the end of what the last one wrote; all it ever wrote is in its log."],
  arguments: [{ ...JOB, required: false }],
  options: [
    RUN_ID,
    { name: "lines", short: "n", value: { name: "COUNT", kind: "count", default: "10" }, help: "so many last runs" },
  ],
  examples: [
    { line: "appd jobs show backup", says: "how it does" },
    { line: "appd jobs show --run 12", says: "one run, with its output" },
    { line: "appd logs backup", says: "all that it wrote" },
  ],
  exits: LOOK,
  load: () => import("./verbs/jobs.ts").then((verb) => verb.show),
};

const HISTORY: CommandSpec = {
  name: "history",
  summary: "show what ran and what was skipped, newest first",
  description: [
    "Every slot of a job has one line with one outcome: ok, failed, timeout, cancelled, interrupted, or skipped with its reason. With --json each is an object on a line of its own, printed as it is read.",
  ],
  arguments: [{ ...JOB, required: false, help: "a job; without it all of them" }],
  options: [
    { name: "lines", short: "n", value: { name: "COUNT", kind: "count", default: "20" }, help: "so many last lines" },
    { name: "all", help: "every line that is kept" },
    { name: "failed", help: "only runs that failed, ran into their timeout or were interrupted" },
    { name: "state", value: { name: "STATE", kind: "text", choices: RUN_STATES }, help: "only runs in this state" },
    {
      name: "trigger",
      value: { name: "TRIGGER", kind: "text", choices: TRIGGER_KINDS },
      help: "only runs that this made",
    },
    {
      name: "since",
      value: { name: "TIME", kind: "text" },
      help:
        "from a time on: a duration ago (10m), the last such time of day (13:28) or ISO 8601 (2025-11-01T10:30:00Z)",
    },
    { name: "until", value: { name: "TIME", kind: "text" }, help: "before a time, named as with --since" },
  ],
  examples: [
    { line: "appd jobs history", says: "the last 20 lines of all jobs" },
    { line: "appd jobs history backup --failed --since 7d", says: "what went wrong this week" },
    { line: "appd jobs history --all --json > history.jsonl", says: "everything" },
  ],
  exits: LOOK,
  load: () => import("./verbs/jobs_history.ts").then((verb) => verb.history),
};

const RUN: CommandSpec = {
  name: "run",
  summary: "run a job now, also while it is paused or outside its hours",
  description: [
    "Returns as soon as the run is recorded, and prints its number. What happens while the job runs already, its overlap policy says; a run that is skipped for it is an error.",
    "With --wait it returns when the run has ended, with the job's own exit code: 128 and the number of a signal, 124 for a timeout, 1 where the run was cancelled or interrupted. An interrupt from the keyboard ends only the waiting.",
  ],
  arguments: [JOB],
  options: [
    { name: "wait", help: "wait for its end" },
    {
      name: "timeout",
      value: { name: "DURATION", kind: "duration" },
      help: "wait no longer than this, then end with 124; the job goes on",
    },
  ],
  examples: [
    { line: "appd jobs run backup", says: "begin it" },
    { line: "appd jobs run backup --wait && echo saved", says: "and wait for it" },
  ],
  exits: { ...ACT, ok: "recorded; with --wait: it ended well", generic: "skipped, or no such job" },
  load: () => import("./verbs/jobs_run.ts").then((verb) => verb.run),
};

const CANCEL: CommandSpec = {
  name: "cancel",
  summary: "end what of a job runs, and take what waits out of the queue",
  description: ["Its processes get the job's stop signal, and are killed after its stop_timeout."],
  arguments: [{ ...JOB, required: false }],
  options: [RUN_ID],
  examples: [
    { line: "appd jobs cancel backup", says: "all runs of backup" },
    { line: "appd jobs cancel --run 12", says: "one run" },
  ],
  exits: { ...ACT, ok: "cancelled, or nothing of the job ran", generic: "no such job or run, or the run is over" },
  load: () => import("./verbs/jobs_cancel.ts").then((verb) => verb.cancel),
};

const JOBS: CommandSpec = {
  name: "jobs",
  summary: "list the jobs, run and cancel them, and see what they did",
  description: [
    "Without a subcommand it prints the table; with --quiet only the names.",
    'A job with on = "webhook" runs when somebody posts to /api/v1/hooks/NAME, on the control socket or over TCP with the bearer token. It has the body as APPD_WEBHOOK_BODY and its type as APPD_WEBHOOK_CONTENT_TYPE. Two calls with one Idempotency-Key are one run.',
  ],
  examples: [
    { line: "appd jobs", says: "the table" },
    { line: "appd jobs run backup --wait", says: "run one now" },
    { line: "appd jobs history --failed", says: "what went wrong" },
    {
      line: 'curl --unix-socket ~/.appd/control.sock -d \'{"ref": "main"}\' http://localhost/api/v1/hooks/build',
      says: "tell the job build what happened",
    },
  ],
  exits: { ok: true, usage: true, notRunning: true, noPermission: true, unavailable: true },
  load: () => import("./verbs/jobs.ts").then((verb) => verb.list),
  commands: [LIST, SHOW, HISTORY, RUN, CANCEL],
  elsewhere: { logs: "logs", pause: "pause", resume: "resume", why: "why", start: "jobs run", stop: "jobs cancel" },
};

const PAUSE: CommandSpec = {
  name: "pause",
  summary: "let no time and no event start a job, or any job",
  description: [
    "Programs, repository watchers and HTTP go on, and what runs is not ended. Slots that come meanwhile are recorded as skipped. It survives a restart. What is run by hand runs nevertheless.",
  ],
  arguments: [{ ...JOB, name: "JOB", required: false, help: "a job; without it the whole scheduler" }],
  options: [{
    name: "until",
    value: { name: "TIME", kind: "text" },
    help: "go on by itself: after a duration (2h), at a time of day (18:00) or at a time in ISO 8601",
  }],
  examples: [
    { line: "appd pause", says: "the scheduler" },
    { line: "appd pause backup --until 2h", says: "one job, for two hours" },
  ],
  exits: { ...ACT, generic: "no such job" },
  load: () => import("./verbs/pause.ts").then((verb) => verb.pause),
};

const RESUME: CommandSpec = {
  name: "resume",
  summary: "let the scheduler, or one job, go on",
  description: ["A job that was paused by itself stays so until it is resumed by its name."],
  arguments: PAUSE.arguments ?? [],
  examples: [
    { line: "appd resume", says: "the scheduler" },
    { line: "appd resume backup", says: "one job" },
  ],
  exits: { ...ACT, generic: "no such job" },
  load: () => import("./verbs/pause.ts").then((verb) => verb.resume),
};

const NEXT: CommandSpec = {
  name: "next",
  summary: "show the next times at which jobs run, soonest first",
  description: [
    "Without a daemon: what one that is started now would do, by the configuration; intervals count from now.",
  ],
  arguments: [{ ...JOB, name: "JOB", required: false, help: "only of this job" }],
  options: [{
    name: "count",
    value: { name: "COUNT", kind: "count", default: "10" },
    help: "so many times, at most 1000",
  }],
  examples: [
    { line: "appd schedule next", says: "what comes" },
    { line: "appd schedule next backup --count 3 --json", says: "for scripts" },
  ],
  exits: { ok: true, generic: "no such job", usage: true, config: true },
  load: () => import("./verbs/schedule_next.ts").then((verb) => verb.next),
};

/** All of it but the engine that it runs. */
export const SIMULATE: CommandSpec = {
  name: "simulate",
  summary: "show what the configuration would do between two times",
  description: [
    "Runs the real engine on a virtual clock, and starts nothing: time zones, work hours, overlaps, queues and pools come out as they would. Needs no daemon. With --quiet only the totals; with --json each slot is an object on a line of its own. An interrupt from the keyboard ends it with the totals so far, and 130.",
  ],
  options: [
    { name: "from", value: { name: "TIME", kind: "text" }, help: "ISO 8601, or a duration from now on; default now" },
    {
      name: "to",
      value: { name: "TIME", kind: "text", default: "1d" },
      help: "ISO 8601, or a duration after --from",
    },
    { name: "job", value: { name: "NAME", kind: "job", many: true }, help: "tell only of this one job" },
    {
      name: "duration",
      value: { name: "NAME=DURATION", kind: "text", many: true },
      help: "how long a run of a job takes; may be given for several jobs",
    },
  ],
  examples: [
    { line: "appd schedule simulate --to 7d", says: "the week to come" },
    {
      line: "appd schedule simulate --from 2025-10-25 --to 2d --job backup --duration backup=5m",
      says: "a change of clocks",
    },
  ],
  exits: { ok: true, generic: "no such job", usage: true, config: true },
  anywhere: true,
  load: () =>
    Promise.all([import("./verbs/schedule_simulate.ts"), import("../app/jobs/simulate.ts")])
      .then(([verb, engine]) => verb.simulateVerb(engine.simulate)),
};

const SCHEDULE: CommandSpec = {
  name: "schedule",
  summary: "show what is going to run",
  examples: [{ line: "appd schedule next", says: "the next ten times" }],
  exits: { ok: true, usage: true },
  commands: [NEXT, SIMULATE],
};

/** Commands about what runs by time and by event. */
export const JOB_COMMANDS: readonly CommandSpec[] = [JOBS, PAUSE, RESUME, SCHEDULE];
