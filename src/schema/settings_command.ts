import type { Reading } from "./kind.ts";
import { flag, text } from "./kinds.ts";
import { command, wordsHint } from "./kinds_nested.ts";
import { setting } from "./setting.ts";

/** A name that can be a directory's, too. */
export function plainName() {
  return text({
    label: "name",
    pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
    expected: "1 to 64 letters, digits, dots, dashes or underscores, not beginning with a dot or a dash",
  });
}

/** What the daemon runs; `noun` says whose settings these are: `program`. */
export function commandSettings(noun: string) {
  return {
    command: setting(command(), {
      required: true,
      help: "program and arguments, an array of words",
      doc:
        "No shell looks at it, so nothing has to be quoted. With `shell = true` it is one line for `/bin/sh` instead.",
      reload: "applied",
      example: noun === "program" ? ["./server", "--port", "9000"] : ["./backup", "--full"],
    }),
    shell: setting(flag(), {
      default: false,
      help: "give the command, one line of text, to /bin/sh",
      reload: "applied",
      example: false,
    }),
  } as const;
}

interface CommandValues {
  readonly command: string | readonly string[];
  readonly shell: boolean;
}

/** The argv of a command, also where a shell runs it. */
export function argvOf({ command, shell }: CommandValues, reading: Reading): readonly string[] {
  if (typeof command === "string") return shell ? shellArgv(command) : lineAlone("command", command, reading);
  if (!shell) return command;
  if (command.length === 1) return shellArgv(command[0] ?? "");
  reading.flaw("is an array of several words, but shell = true takes one line of text", {
    path: ["command"],
    hint: "join the words to one text, or take shell = true out",
  });
  return command;
}

/** The argv of `stop_command`. Unlike the command itself, it may be words beside a shell line. */
export function stopArgvOf(
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
