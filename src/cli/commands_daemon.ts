import type { CommandSpec } from "./command.ts";
import { SETTING_OPTIONS } from "./setting_options.ts";

const START: CommandSpec = {
  name: "start",
  aliases: ["--daemon"],
  summary: "start the daemon in the background",
  description: [
    "Checks configuration, paths, port and the running instance, detaches, and returns when the daemon is ready or has failed; a failure is the daemon's own, with its exit code.",
    "With -- CMD it supervises that one command instead of the programs of the configuration, and needs none. Under a service manager it stays in the foreground.",
    "A daemon that runs already is success, and stays as it is: an option that it runs without is told on standard error, and a command after -- that is not the one it runs is an error.",
  ],
  options: SETTING_OPTIONS,
  trailingCommand: true,
  examples: [
    { line: "appd start", says: "start with ~/.appd/config.toml, or with defaults" },
    { line: "appd --daemon --port 9000", says: "the same by its flag, on another port" },
    { line: "appd start -- ./server --listen 8080", says: "supervise one command without any configuration" },
    { line: "appd start --name two --port 8322", says: "a second instance beside the first" },
  ],
  exits: {
    ok: "the daemon is ready, or it ran already",
    usage: true,
    notRunning: "not supported on this platform",
    unavailable: "the address is taken",
    internal: true,
    cannotCreate: true,
    io: true,
    locked: "the daemon runs already, with another command than the one after --",
    noPermission: true,
    config: true,
  },
  load: () => import("./verbs/start.ts").then((verb) => verb.start),
};

const RUN: CommandSpec = {
  name: "run",
  aliases: ["serve"],
  summary: "run the daemon in the foreground",
  description: [
    "The same daemon without detaching, for a terminal, a container or a service manager. It logs to standard error.",
    "TERM and INT shut it down gracefully; a second INT on a terminal cuts the drain.",
  ],
  options: SETTING_OPTIONS,
  trailingCommand: true,
  examples: [
    { line: "appd run", says: "run until Ctrl-C" },
    { line: "appd run --log-format json -- ./server", says: "supervise one command, as a container does" },
  ],
  exits: {
    ok: "shut down as asked",
    usage: true,
    unavailable: "the address is taken",
    internal: true,
    cannotCreate: true,
    io: true,
    locked: true,
    noPermission: true,
    config: true,
  },
  anywhere: true,
  load: () => import("./verbs/run.ts").then((verb) => verb.run),
};

const STOP: CommandSpec = {
  name: "stop",
  aliases: ["--stop", "--daemon-stop"],
  summary: "stop the daemon and its programs",
  description: [
    "Asks, waits, kills at the timeout and verifies. Says whether the stop was graceful or forced, how long it took, and who was late.",
    "A daemon that answers kills what is late itself, and has two seconds more for that; one that hangs is killed at the timeout.",
  ],
  options: [{
    name: "timeout",
    value: { name: "DURATION", kind: "duration" },
    help: "kill after this time instead of daemon.shutdown_timeout",
  }],
  examples: [
    { line: "appd stop", says: "stop gracefully" },
    { line: "appd stop --timeout 5s", says: "give it five seconds" },
  ],
  exits: {
    ok: "stopped, or it was not running",
    generic: "it could not be stopped",
    usage: true,
    notRunning: "not supported on this platform",
    noPermission: true,
  },
  load: () => import("./verbs/stop.ts").then((verb) => verb.stop),
};

const RESTART: CommandSpec = {
  name: "restart",
  aliases: ["--restart"],
  summary: "stop the daemon and start it again",
  description: [
    "All that can be tried of the new start is tried before the old daemon is stopped: configuration, token, address, log, PID file, the command after --, and whether this binary would take the database as it is: new migrations are tried on a copy. When one of them is refused the old daemon runs on. Settings and the command that the running daemon was started with are kept, unless given anew.",
    "With --keep-programs the programs run on while the daemon is replaced, and the new one adopts them: so is appd itself upgraded without an interruption.",
  ],
  options: [
    { name: "keep-programs", help: "let the programs run on, for the new daemon to adopt" },
    ...SETTING_OPTIONS,
  ],
  trailingCommand: true,
  examples: [
    { line: "appd restart", says: "check, stop, start" },
    { line: "appd restart --keep-programs", says: "after the file of appd was replaced by a newer one" },
  ],
  exits: {
    ok: "the new daemon is ready",
    usage: true,
    notRunning: "not supported on this platform",
    unavailable: "the address is taken, or the database cannot be opened; the old daemon still runs",
    internal: true,
    cannotCreate: true,
    noPermission: true,
    config: "the new configuration, its token file or the database is refused; the old daemon still runs",
  },
  load: () => import("./verbs/restart.ts").then((verb) => verb.restart),
};

const CONFIRM: CommandSpec = {
  name: "confirm",
  summary: "keep what a reload with --confirm did",
  examples: [{ line: "appd reload confirm", says: "it works: keep it" }],
  exits: { ok: "kept", generic: "no reload waits to be confirmed", usage: true, notRunning: true, noPermission: true },
  load: () => import("./verbs/reload.ts").then((verb) => verb.confirm),
};

const RELOAD: CommandSpec = {
  name: "reload",
  summary: "apply the changed configuration",
  description: [
    "Says for each changed setting: applied, or needs restart. Programs whose definition did not change keep running. With an invalid configuration the old one stays live.",
    "With --plan it only says what it would do. With --confirm it takes everything back by itself, unless `appd reload confirm` comes in time: for a change that could lock you out. Until then appd status says so. A plain reload makes it final, and so does a restart or a crash of the daemon: the next one reads the file as it is.",
  ],
  options: [
    { name: "plan", help: "say what would be started, stopped, restarted and kept, and change nothing" },
    {
      name: "confirm",
      value: { name: "DURATION", kind: "duration" },
      help: "take it back after this time unless it is confirmed, from 1s to 1d",
    },
  ],
  examples: [
    { line: "appd reload", says: "apply the file" },
    { line: "appd reload --plan", says: "look before" },
    { line: "appd reload --confirm 60s", says: "apply it on probation; then: appd reload confirm" },
    { line: "kill -HUP $(cat ~/.appd/daemon.pid)", says: "the same by signal" },
  ],
  exits: {
    ok: "applied, or planned",
    generic: "applied, but a service ignores its signal: its old life goes on",
    usage: true,
    notRunning: true,
    noPermission: true,
    config: "invalid; the old configuration stays live",
  },
  load: () => import("./verbs/reload.ts").then((verb) => verb.reload),
  commands: [CONFIRM],
};

const LOG_ROTATE: CommandSpec = {
  name: "log-rotate",
  aliases: ["--log-rotate"],
  summary: "rotate every log of the daemon now",
  description: ["Rotates the daemon's own log and those of its programs, and returns when that is done."],
  examples: [
    { line: "appd log-rotate", says: "rotate now" },
    { line: "kill -USR1 $(cat ~/.appd/daemon.pid)", says: "the same by signal" },
  ],
  exits: { ok: "rotated", usage: true, notRunning: true, noPermission: true, io: true },
  load: () => import("./verbs/log_rotate.ts").then((verb) => verb.logRotate),
};

/** Commands that run, stop and change the daemon. */
export const DAEMON_COMMANDS: readonly CommandSpec[] = [START, RUN, STOP, RESTART, RELOAD, LOG_ROTATE];
