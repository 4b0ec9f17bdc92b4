import { duration, flag, oneOf, path, text } from "./kinds.ts";
import { umask } from "./kinds_host.ts";
import { command, mapOf, variable } from "./kinds_nested.ts";
import type { Reading } from "./kind.ts";
import { listSection } from "./section.ts";
import { type Fields, group, type Setting, setting, type ValuesOf } from "./setting.ts";
import { ROTATION } from "./settings_log.ts";

/** Keys of a program that later versions bring. */
const LATER = [
  "user",
  "group",
  "depends_on",
  "ready",
  "live",
  "stop_command",
  "instances",
  "max_memory",
  "nice",
] as const;

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
      pattern: /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$/,
      expected: "1 to 64 letters, digits, dots, dashes or underscores, not beginning with a dot",
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
  restart: setting(oneOf(["always", "on-failure", "never"]), {
    default: "always",
    help: "when the program is started again after it has ended",
    reload: "applied",
    example: "on-failure",
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

/** Programs that the daemon runs. In the result `command` is an argv, also where a shell runs it. */
export const PROGRAM_SECTION = listSection("program", {
  help: "a program that the daemon runs",
  unique: "name",
  reserved: LATER,
  fields: FIELDS,
  finish: (values, reading) => ({ ...values, command: argvOf(values, reading) }),
});

function argvOf({ command, shell }: Values, reading: Reading): readonly string[] {
  if (shell) {
    const line = typeof command === "string" ? command : command[0] ?? "";
    if (typeof command === "string" || command.length === 1) return ["/bin/sh", "-c", line];
    reading.flaw("is an array of several words, but shell = true takes one line of text", {
      path: ["command"],
      hint: "join the words to one text, or take shell = true out",
    });
    return command;
  }
  if (typeof command !== "string") return command;
  const words = command.trim().split(/\s+/).map((word) => JSON.stringify(word)).join(", ");
  const plain = /^[\w\s./:=,@%+-]+$/.test(command)
    ? `command = [${words}]`
    : 'an array such as ["./server", "--port", "9000"]';
  reading.flaw("is a text, expected an array of words", {
    path: ["command"],
    hint: `write ${plain}, or add shell = true`,
  });
  return [command];
}
