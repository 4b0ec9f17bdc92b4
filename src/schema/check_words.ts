import { basename } from "node:path";
import type { Elements } from "./document_check.ts";
import type { Path, Reading } from "./kind.ts";
import type { JobSettings } from "./settings_job.ts";
import type { NotificationSettings } from "./settings_notify.ts";
import type { ProgramSettings } from "./settings_program.ts";

/** A command as the file has it. */
interface Words {
  readonly words: readonly string[];
  readonly path: Path;
  /** How to have a shell for it. */
  readonly hint: string;
}

/**
 * A command is started without a shell: an operator among its words would reach the program as text, which is refused; a
 * variable, a pattern or a home directory in them is probably meant for a shell, which is said.
 */
export function checkCommandWords(elements: Elements, reading: Reading): void {
  const programs = elements("program").flatMap(({ value }, index) =>
    wordsOf(value as ProgramSettings | undefined, index)
  );
  const jobs = elements("job").flatMap(({ value }, index) => {
    const job = value as JobSettings | undefined;
    return job === undefined || job.shell ? [] : [{ words: job.command, path: ["job", index, "command"], hint: SHELL }];
  });
  const notifications = elements("notify").flatMap(({ value }, index) => {
    const command = (value as NotificationSettings | undefined)?.command;
    return command === undefined ? [] : [{ words: command, path: ["notify", index, "command"], hint: BY_HAND }];
  });
  for (const command of [...programs, ...jobs, ...notifications]) {
    const operator = operatorIn(command.words);
    if (operator >= 0) {
      reading.flaw(`is ${JSON.stringify(command.words[operator])}, which only a shell understands`, {
        path: [...command.path, operator],
        hint: command.hint,
      });
    } else warnOfExpansions(command, reading);
  }
}

const SHELL = "add shell = true, and write the command as one text";
const BY_HAND = 'for a shell: ["/bin/sh", "-c", "…"]';

function wordsOf(program: ProgramSettings | undefined, index: number): Words[] {
  if (program === undefined) return [];
  const { shell, command, stopCommand, ready, live } = program;
  const at = (...steps: string[]): Path => ["program", index, ...steps];
  return [
    ...(shell ? [] : [{ words: command, path: at("command"), hint: SHELL }]),
    ...(stopCommand === undefined || shell ? [] : [{ words: stopCommand, path: at("stop_command"), hint: BY_HAND }]),
    ...(ready?.method.kind === "exec"
      ? [{ words: ready.method.command, path: at("ready", "exec"), hint: BY_HAND }]
      : []),
    ...(live?.method.kind === "exec" ? [{ words: live.method.command, path: at("live", "exec"), hint: BY_HAND }] : []),
  ];
}

/** `|`, `&&`, `;`, `>`, `2>&1`, `<<<` and their like, as a whole word. */
const OPERATOR = /^(\|{1,2}|\|&|&{1,2}|;{1,2}|(\d*|&)>{1,2}[|&]?|\d*>{1,2}&[\d-]+|\d*<{1,3}|\d*<>|\d*<&[\d-]+)$/;

/** Programs whose own words these are. */
const CALCULATORS: readonly string[] = ["expr", "test", "["];

function operatorIn(words: readonly string[]): number {
  if (CALCULATORS.includes(basename(words[0] ?? ""))) return -1;
  return words.findIndex((word, index) => OPERATOR.test(word) && !endsFindCommand(words, index));
}

/** The `;` of find(1) -exec. */
function endsFindCommand(words: readonly string[], index: number): boolean {
  return words[index] === ";" && words.slice(0, index).some((word) => /^-(exec|ok)(dir)?$/.test(word));
}

function warnOfExpansions({ words, path, hint }: Words, reading: Reading): void {
  for (const [index, word] of words.entries()) {
    const what = expansionIn(word, words[index - 1] ?? "");
    if (what === undefined) continue;
    reading.warn(`is ${JSON.stringify(word)}: ${what} is not expanded without a shell`, {
      path: [...path, index],
      hint: `write what it stands for, or ${hint}`,
    });
  }
}

/**
 * What a shell would have put something else for. Words with spaces are texts or scripts, and so is what follows `-c` or
 * `-e`; a pattern that follows an option, as in `-name "*.log"`, is for the program itself.
 */
function expansionIn(word: string, before: string): string | undefined {
  if (/[\s'"\\]/.test(word) || /^-[a-z]*[ce]$/i.test(before)) return undefined;
  const variable = /\$(\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)/.exec(word)?.[0];
  if (variable !== undefined) return variable;
  if (/^~(\/|$)/.test(word)) return "~";
  return /^[\w./~-]*\*[\w./*-]*$/.test(word) && !before.startsWith("-") ? "*" : undefined;
}
