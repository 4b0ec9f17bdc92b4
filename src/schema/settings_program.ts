import { flag, oneOf, text } from "./kinds.ts";
import { command, wordsHint } from "./kinds_nested.ts";
import type { Reading } from "./kind.ts";
import { listSection, type OutOf } from "./section.ts";
import { type Fields, group, type Setting, setting, type ValuesOf } from "./setting.ts";
import { checkOnFailed, LIFE } from "./settings_life.ts";
import { ROTATION } from "./settings_log.ts";
import { checkReadyInTime } from "./settings_probe.ts";
import { PROCESS } from "./settings_process.ts";

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
  ...PROCESS,
  ...LIFE,
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
    // Our home is closed to every other user.
    const cwd = values.cwd ?? (values.user === undefined && values.group === undefined ? reading.base : "/");
    if (stopCommand === undefined) return { ...rest, command, cwd };
    return { ...rest, command, cwd, stopCommand: stopArgvOf({ stopCommand, shell: values.shell }, reading) };
  },
});

interface Finished extends Omit<Values, "command" | "stopCommand" | "cwd"> {
  readonly cwd: string;
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
