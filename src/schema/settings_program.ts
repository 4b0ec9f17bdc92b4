import { dependencies } from "./kind_dependencies.ts";
import { limits, LIMITS_TEXT } from "./kind_limits.ts";
import { duration, flag, integer, oneOf, path, size, text } from "./kinds.ts";
import { account, umask } from "./kinds_host.ts";
import { command, mapOf, variable, wordsHint } from "./kinds_nested.ts";
import type { Reading } from "./kind.ts";
import { listSection, type OutOf } from "./section.ts";
import { type Fields, group, type Setting, setting, type ValuesOf } from "./setting.ts";
import { ROTATION } from "./settings_log.ts";
import { checkReadyInTime, liveProbe, readyProbe } from "./settings_probe.ts";

/** Signals that may stop a program. */
const STOP_SIGNALS = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGKILL"] as const;
type StopSignal = typeof STOP_SIGNALS[number];

type Inherited<F extends Fields> = { [K in keyof F]: F[K] extends Setting<infer T> ? Setting<T, "default"> : never };

/** The same settings, each with the value of the same key under `[section]` as its default. */
function inherited<const F extends Fields>(fields: F, from: string): Inherited<F> {
  const entries = Object.entries(fields).map(([key, field]) => {
    const { default: _, ...rest } = field as Setting;
    return [key, { ...rest, inherit: `${from}.${key}` }];
  });
  return Object.fromEntries(entries);
}

const FIELDS = {
  name: setting(
    text({
      label: "name",
      pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
      expected: "1 to 64 letters, digits, dots, dashes or underscores, not beginning with a dot or a dash",
    }),
    { required: true, help: "name of the program, unlike that of any other", reload: "applied", example: "web" },
  ),
  command: setting(command(), {
    required: true,
    help: "program and arguments, an array of words",
    doc: "No shell looks at it, so nothing has to be quoted. With `shell = true` it is one line for `/bin/sh` instead.",
    reload: "applied",
    example: ["./server", "--port", "9000"],
  }),
  shell: setting(flag(), {
    default: false,
    help: "give the command, one line of text, to /bin/sh",
    reload: "applied",
    example: false,
  }),
  cwd: setting(path("directory"), {
    default: ".",
    help: "directory that the program starts in",
    reload: "applied",
    example: "/srv/web",
  }),
  env: setting(
    mapOf(variable(), {
      label: "table of texts",
      keys: /^[^=\0]+$/,
      expected: "the name of a variable",
    }),
    {
      default: {},
      help: "variables that the program gets; their values are never shown",
      doc: "The environment starts clean: PATH, HOME, USER, SHELL, LANG, TZ and what is declared here.",
      reload: "applied",
      example: { MODE: "production" },
      secret: true,
    },
  ),
  env_file: setting(path("file"), {
    defaultText: "none",
    help: "file with more variables, one KEY=value a line; env wins over it",
    reload: "applied",
    example: "web.env",
  }),
  umask: setting(umask(), {
    defaultText: "the daemon's",
    help: "permission bits that new files do not get, in octal",
    reload: "applied",
    example: "027",
  }),
  user: setting(account("user"), {
    defaultText: "the daemon's",
    help: "user that the program runs as; supplementary groups are dropped",
    doc: "Only root can run programs as somebody else.",
    reload: "applied",
    example: "www-data",
  }),
  group: setting(account("group"), {
    defaultText: "the user's own",
    help: "group that the program runs as",
    reload: "applied",
    example: "www-data",
  }),
  nice: setting(integer({ min: -20, max: 19 }), {
    defaultText: "the daemon's",
    help: "how much it gives way to others on the CPU: 19 most, -20 least, nice(1)",
    doc: "Only root can go below the daemon's own.",
    reload: "applied",
    example: 10,
  }),
  limits: setting(limits(), {
    defaultText: "the daemon's",
    help: "resource limits, by the names of prlimit(1)",
    doc: `Names: ${LIMITS_TEXT}. A value is a whole number, for bytes also a size, or \`"unlimited"\`, ` +
      'and stands for both limits; `"soft:hard"` says each.',
    reload: "applied",
    example: { nofile: "4096:65536", core: 0, memlock: "64MiB" },
  }),
  max_memory: setting(size({ min: 1 }), {
    defaultText: "none",
    help: "resident memory of the whole process tree above which the program is restarted",
    reload: "applied",
    example: "512MiB",
  }),
  max_memory_window: setting(duration({ min: 1 }), {
    default: "30s",
    help: "time that it has to stay above max_memory",
    reload: "applied",
    example: "2m",
  }),
  instances: setting(integer({ min: 1, max: 1000 }), {
    defaultText: "one, under the plain name",
    help: "how many of it run, as NAME.1, NAME.2 and so on",
    doc: "Each finds its number in `APPD_INSTANCE`.",
    reload: "applied",
    example: 4,
  }),
  depends_on: setting(dependencies(), {
    defaultText: "none",
    help: "programs that have to be there before this one is started, each with its condition",
    doc: "Conditions: `started`; `ready`; `healthy`: ready, and its liveness probe finds nothing wrong; `completed`: " +
      "exited with 0. An array of names asks for `ready`. Of a program with instances, all have to meet it. " +
      "Stopping goes the other way.",
    reload: "applied",
    example: { db: "ready", migrate: "completed" },
  }),
  ready: setting(readyProbe(), {
    defaultText: "alive for 1 s",
    help: "how it shows that it can be used",
    doc:
      "One of the first six keys below says what to look at. Until the first success the program is `starting`; a later " +
      "failure only says that it is not ready.",
    reload: "applied",
    example: { http: "http://127.0.0.1:9000/ready" },
  }),
  live: setting(liveProbe(), {
    defaultText: "none",
    help: "how it shows that it works; it is restarted when it does not",
    doc: "One of the first four keys below says what to look at, from the first readiness on.",
    reload: "applied",
    example: { tcp: 9000, period: "30s" },
  }),
  restart: setting(oneOf(["always", "on-failure", "never"]), {
    default: "always",
    help: "when the program is started again after it has ended",
    reload: "applied",
    example: "on-failure",
  }),
  stop_command: setting(command(), {
    defaultText: "none",
    help: "command that is run to stop the program, before the signal; an array of words",
    doc: "Runs as the program does. With `shell = true` it may be one line for `/bin/sh`.",
    reload: "applied",
    example: ["./server", "--quit"],
  }),
  stop_signal: setting(oneOf<StopSignal>(STOP_SIGNALS, shortNames()), {
    default: "SIGTERM",
    help: "signal that asks the program to stop",
    reload: "applied",
    example: "SIGINT",
  }),
  stop_timeout: setting(duration({ min: 0 }), {
    default: "10s",
    help: "time from the stop signal to SIGKILL",
    reload: "applied",
    example: "1m",
  }),
  start_timeout: setting(duration({ min: 1 }), {
    default: "60s",
    help: "time in which the program has to become ready",
    reload: "applied",
    example: "2m",
  }),
  stable_after: setting(duration({ min: 0 }), {
    default: "10s",
    help: "time after which a ready program counts as stable, and its failures are forgotten",
    reload: "applied",
    example: "30s",
  }),
  critical: setting(flag(), {
    default: false,
    help: "health is degraded (503) while the program is not running",
    reload: "applied",
    example: true,
  }),
  on_failed: setting(oneOf(["degrade", "stop_all", "exit"]), {
    default: "degrade",
    help: "what follows when a critical program has failed for good",
    doc:
      "`degrade`: health says so. `stop_all`: all other programs are stopped. `exit`: the daemon ends with an error, " +
      "so that a container is restarted.",
    reload: "applied",
    example: "exit",
  }),
  log: group("the program's log; what is not given is as under [log]", {
    ...inherited(ROTATION, "log"),
    timestamp: setting(flag(), {
      default: false,
      help: "put the time before each line",
      reload: "applied",
      example: true,
    }),
    overflow: setting(oneOf(["block", "drop"]), {
      default: "block",
      help: "when the log cannot be written as fast as the program writes: let it wait, or drop lines and count them",
      reload: "applied",
      example: "drop",
    }),
  }),
} as const;

/** `TERM` for `SIGTERM`, as kill(1) has it. */
function shortNames(): Record<string, StopSignal> {
  return Object.fromEntries(STOP_SIGNALS.map((name) => [name.slice(3), name]));
}

type Values = ValuesOf<typeof FIELDS>;

/** Programs that the daemon runs. In the result commands are argv, also where a shell runs them. */
export const PROGRAM_SECTION = listSection("program", {
  help: "a program that the daemon runs",
  unique: "name",
  fields: FIELDS,
  finish(values, reading): Finished {
    checkReadyInTime(values, reading);
    checkOnFailed(values, reading);
    const { stopCommand, ...rest } = values;
    const command = argvOf(values, reading);
    if (stopCommand === undefined) return { ...rest, command };
    return { ...rest, command, stopCommand: stopArgvOf({ stopCommand, shell: values.shell }, reading) };
  },
});

interface Finished extends Omit<Values, "command" | "stopCommand"> {
  readonly command: readonly string[];
  readonly stopCommand?: readonly string[];
}

/** A program as the section reads it. */
export type ProgramSettings = OutOf<typeof PROGRAM_SECTION>;

function argvOf({ command, shell }: Values, reading: Reading): readonly string[] {
  if (typeof command === "string") return shell ? shellArgv(command) : lineAlone("command", command, reading);
  if (!shell) return command;
  if (command.length === 1) return shellArgv(command[0] ?? "");
  reading.flaw("is an array of several words, but shell = true takes one line of text", {
    path: ["command"],
    hint: "join the words to one text, or take shell = true out",
  });
  return command;
}

/** Unlike the command itself, this may be words beside a shell line. */
function stopArgvOf(
  { stopCommand, shell }: { readonly stopCommand: string | readonly string[]; readonly shell: boolean },
  reading: Reading,
): readonly string[] {
  if (typeof stopCommand !== "string") return stopCommand;
  return shell ? shellArgv(stopCommand) : lineAlone("stop_command", stopCommand, reading);
}

function shellArgv(line: string): readonly string[] {
  return ["/bin/sh", "-c", line];
}

function lineAlone(key: string, line: string, reading: Reading): readonly string[] {
  reading.flaw("is a text, expected an array of words", {
    path: [key],
    hint: `${wordsHint(line).replace("write ", `write ${key} = `)}, or add shell = true`,
  });
  return [line];
}

function checkOnFailed({ critical, onFailed }: Values, reading: Reading): void {
  if (critical || onFailed === "degrade") return;
  reading.warn(`is "${onFailed}", which holds for critical programs only`, {
    path: ["on_failed"],
    hint: "add: critical = true",
  });
}
