import type { ArgumentSpec, CommandSpec } from "./command.ts";
import { PROGRAMS } from "./commands_programs.ts";

const NAME: ArgumentSpec = {
  name: "NAME",
  kind: "named",
  required: true,
  help: "name of a program, an instance or a job",
};

const STATUS: CommandSpec = {
  name: "status",
  aliases: ["--status", "--daemon-status"],
  summary: "show state, health, programs and jobs",
  description: [
    "The exit code follows the LSB convention for init scripts. --json prints one object with a stable schema, also when the daemon does not run.",
  ],
  options: [
    { name: "watch", short: "w", help: "show it again every second until interrupted; with --json one object a line" },
    { name: "strict", help: "let the exit code also tell starting, degraded and stopping" },
  ],
  examples: [
    { line: "appd status", says: "for people" },
    { line: "appd status --watch", says: "live, like top" },
    { line: "appd status --json | jq .state", says: "for scripts" },
    { line: "appd status --strict --quiet || page-somebody", says: "for monitoring" },
  ],
  exits: {
    ok: "running",
    generic: "dead, and a PID file was left behind",
    usage: true,
    notRunning: "not running",
    noPermission: true,
    unknown: true,
    starting: true,
    degraded: true,
    stopping: true,
  },
  load: () => import("./verbs/status.ts").then((verb) => verb.status),
};

/** What the completions ask for. */
const NAMES: CommandSpec = {
  name: "names",
  summary: "print the names of the health checks",
  exits: { ok: true, usage: true, notRunning: true, unavailable: true },
  hidden: true,
  load: () => import("./verbs/health.ts").then((verb) => verb.names),
};

const HEALTH: CommandSpec = {
  name: "health",
  summary: "probe the daemon once, for containers and scripts",
  examples: [
    { line: "appd health", says: "exit 0 when healthy" },
    { line: "HEALTHCHECK CMD appd health --quiet", says: "in a Dockerfile" },
  ],
  exits: { ok: "healthy", generic: "starting, degraded, stopping or not running", usage: true, noPermission: true },
  load: () => import("./verbs/health.ts").then((verb) => verb.health),
  commands: [NAMES],
};

const LOGS: CommandSpec = {
  name: "logs",
  summary: "show the log of the daemon, of one program or of one job",
  description: [
    "Reads rotated and compressed files too, and follows across rotation. On a terminal control characters are shown escaped; into a pipe or file the bytes are untouched.",
  ],
  arguments: [{ ...NAME, required: false, help: "a program or a job; without it the daemon's own log" }],
  options: [
    { name: "lines", short: "n", value: { name: "COUNT", kind: "count", default: "50" }, help: "show the last lines" },
    { name: "follow", short: "f", help: "go on until interrupted" },
    {
      name: "since",
      value: { name: "TIME", kind: "text" },
      help:
        "from a time on: a duration ago (10m), the last such time of day (13:28) or ISO 8601 (2025-11-01T10:30:00Z)",
    },
    {
      name: "level",
      value: { name: "LEVEL", kind: "text", choices: ["debug", "info", "warn", "warning", "error"] },
      help: "only records of this level or above",
    },
    { name: "grep", value: { name: "REGEXP", kind: "text" }, help: "only lines that match" },
  ],
  examples: [
    { line: "appd logs", says: "the last 50 lines of the daemon" },
    { line: "appd logs web -f", says: "follow the program web" },
    { line: "appd logs --since 1h --level warn", says: "what went wrong in the last hour" },
  ],
  exits: { ok: true, generic: "no such program or job", usage: true, noPermission: true, io: true },
  load: () => import("./verbs/logs.ts").then((verb) => verb.logs),
};

const WHY: CommandSpec = {
  name: "why",
  summary: "tell why a program, job, check or the daemon is as it is",
  description: [
    "Without a name: why the daemon is degraded, and which checks, programs and jobs are not well; whether the last reload was refused; of one that does not run, how it ended, and whether and when a guard starts it again.",
    "Of a program: what ended it and what that means, who or what started or stopped it, what it waits for and why that is not there, its last output, when it is tried again, and commands that may help. With --quiet only the first sentence.",
    "Of a job: whether it is paused or waits, when it runs next, what came of its last slots, and why some were skipped.",
    "Of a check of /health: since when it fails, how often in a row, what it says, whether it is critical, and when it was well before. A program or a job of the same name comes first.",
  ],
  arguments: [{
    ...NAME,
    kind: "explained",
    required: false,
    help: "name of a program, an instance, a job or a health check; without it the daemon",
  }],
  examples: [
    { line: "appd why", says: "what is not well" },
    { line: "appd why web", says: "the chain of causes" },
    { line: "appd why web --quiet", says: "in one sentence" },
    { line: "appd why backup", says: "why the job did not run" },
    { line: "appd why database", says: "since when the check fails, and what helps" },
  ],
  exits: {
    ok: "told",
    generic: "no such program, job or health check",
    usage: true,
    notRunning: true,
    noPermission: true,
    unavailable: true,
  },
  load: () => import("./verbs/why.ts").then((verb) => verb.why),
};

const EVENTS: CommandSpec = {
  name: "events",
  summary: "show what happened to the daemon, its programs and jobs",
  description: [
    "Shows what the daemon remembers; it forgets with its end, the log does not. With --json each event is an object on a line of its own.",
  ],
  options: [
    { name: "lines", short: "n", value: { name: "COUNT", kind: "count", default: "50" }, help: "show the last events" },
    { name: "follow", short: "f", help: "go on until interrupted, also with the next daemon" },
    {
      name: "program",
      value: { name: "NAME", kind: "explained" },
      help: "only events of this program and its instances, of this job, or of this health check",
    },
  ],
  examples: [
    { line: "appd events", says: "the last 50" },
    { line: "appd events -f --program web", says: "what happens to the program web, as it happens" },
  ],
  exits: {
    ok: true,
    generic: "no such program, job or health check",
    usage: true,
    notRunning: true,
    noPermission: true,
    unavailable: true,
  },
  load: () => import("./verbs/events.ts").then((verb) => verb.events),
};

const DOCTOR: CommandSpec = {
  name: "doctor",
  summary: "find and explain what is wrong with this host and this instance",
  description: [
    "Looks at files and their owners, the daemon and what a dead one has left, the configuration, the port, installed units, disks, clock, limits, tools and the database. No daemon is needed; one that runs is asked too. Without --fix nothing is changed.",
    "With --fix it removes a stale PID file and socket, closes files and directories of ours that others can write to, makes a directory that is missing, and ends what a daemon that died has left running. It does nothing else, and says what it did.",
  ],
  options: [
    { name: "fix", help: "mend what is safe" },
    { name: "dry-run", help: "only say what --fix would do" },
  ],
  examples: [
    { line: "appd doctor", says: "what is wrong, why that matters, and what to do" },
    { line: "appd doctor --verbose", says: "with the checks that found nothing" },
    { line: "appd doctor --fix", says: "mend what is safe" },
    { line: "appd doctor --json | jq -r '.findings[].id'", says: "for scripts" },
  ],
  exits: { ok: "nothing is wrong, or nothing any more", generic: "something was found", usage: true },
  load: () => import("./verbs/doctor.ts").then((verb) => verb.doctor),
};

/** Commands that look. */
export const INSPECT_COMMANDS: readonly CommandSpec[] = [STATUS, HEALTH, LOGS, PROGRAMS, WHY, EVENTS, DOCTOR];
