import { nearest } from "../base/nearest.ts";
import { shellWord } from "../base/shell_word.ts";
import { findCommand, flagAliases, type ProgramSpec, shownCommands, topCommands } from "./command.ts";
import type { Invocation } from "./invocation.ts";
import { type Asked, optionsOf, ownOptions, settingsOf } from "./option_values.ts";
import { bothAtOnce, resolve, verbCalled } from "./resolve.ts";
import { type Given, scan, type Scanned } from "./scan.ts";
import { suggest, type Suggestion, usageError } from "./usage.ts";

/**
 * Understands a command line.
 *
 * @param argv words after the program's name
 * @throws AppdError (usage) before anything happens; the hint names the nearest match
 */
export function parse(program: ProgramSpec, argv: readonly string[]): Invocation {
  const dashes = argv.indexOf("--");
  const head = dashes < 0 ? argv : argv.slice(0, dashes);
  const tail = dashes < 0 ? undefined : argv.slice(dashes + 1);
  const found = resolve(program, scan(program, head));
  const scanned = scan(program, head, found.command);
  const asked = { program, path: found.path, command: found.command };
  refuseUnknown(asked, scanned);
  const options = optionsOf(asked, scanned);
  const asksOnly = options.help === true || options.version === true;
  const trailing = asksOnly ? undefined : trailingOf(asked, tail);
  const words = found.command?.trailingCommand ? found.rest : [...found.rest, ...(tail ?? [])];
  if (!asksOnly) checkArguments(asked, words);
  return { ...asked, arguments: words, options, trailing, settings: settingsOf(scanned) };
}

/** What was typed is an option of nobody, or of another command. */
function refuseUnknown(asked: Asked, scanned: Scanned): void {
  const ours = ownOptions(asked);
  const foreign = scanned.given.find(({ option }) => !ours.has(option.name));
  const word = foreign?.typed ?? scanned.unknown;
  if (word === undefined) return;
  const line = [asked.program.name, ...asked.path].join(" ");
  const cause = asked.command ? `"${line}" does not know it` : "unknown option";
  const elsewhere = foreign && takersOf(asked.program, foreign);
  if (elsewhere !== undefined) throw usageError(`cannot use option "${word}": ${cause}`, elsewhere);
  const verb = asked.command === undefined ? findCommand(topCommands(asked.program), word.slice(2)) : undefined;
  if (verb !== undefined) {
    throw usageError(`cannot use option "${word}": ${cause}`, `write: ${asked.program.name} ${word.slice(2)}`);
  }
  const aliases = asked.command === undefined ? topCommands(asked.program).flatMap(flagAliases) : [];
  const candidates = [...aliases.map((flag) => flag.slice(2)), ...ours.keys()];
  const typed = { word: word.replace(/^-+/, ""), candidates, help: `${line} --help`, prefix: "--" };
  throw usageError(
    `cannot use option "${word}": ${cause}`,
    asked.command === undefined ? suggestAny(asked.program, typed) : suggest(typed),
  );
}

/** As {@link suggest}; where nothing is near, an option of any command, and the help of the first that takes it. */
function suggestAny(program: ProgramSpec, typed: Suggestion): string {
  if (nearest(typed.word, typed.candidates) !== undefined) return suggest(typed);
  const all = shownCommands(program).flatMap(({ path, command: { options = [] } }) =>
    options.map(({ name }) => ({ name, help: [program.name, ...path, "--help"].join(" ") }))
  );
  const near = nearest(typed.word, all.map(({ name }) => name));
  const help = all.find(({ name }) => name === near)?.help;
  return near === undefined || help === undefined ? suggest(typed) : suggest({ ...typed, candidates: [near], help });
}

/** Most commands that a hint names. */
const NAMED = 3;

/** Which commands take an option, and the first of them as a line to type; undefined when that is one of the hidden. */
function takersOf(program: ProgramSpec, { option, value }: Given): string | undefined {
  const takers = shownCommands(program)
    .filter(({ command }) => !command.sameAs && command.options?.some(({ name }) => name === option.name))
    .map(({ path }) => path.join(" "));
  const [first] = takers;
  if (first === undefined) return undefined;
  const names = takers.length > NAMED ? [...takers.slice(0, NAMED), "…"] : takers;
  const given = value === undefined ? "" : ` ${shellWord(value)}`;
  return `it goes with ${names.join(", ")}: ${program.name} ${first} --${option.name}${given}`;
}

function trailingOf(asked: Asked, tail: readonly string[] | undefined): readonly string[] | undefined {
  if (tail === undefined || !asked.command?.trailingCommand) return undefined;
  if (tail.length > 0 && tail[0] !== "") return tail;
  const line = [asked.program.name, ...asked.path].join(" ");
  throw usageError(`cannot run "${line} --": no command follows`, `for example: ${line} -- ./server --port 9000`);
}

function checkArguments(asked: Asked, words: readonly string[]): void {
  const { command } = asked;
  if (command === undefined) return;
  const line = [asked.program.name, ...asked.path].join(" ");
  const expected = command.arguments ?? [];
  const missing = expected.find((argument, index) => argument.required && words[index] === undefined);
  if (missing) throw usageError(`cannot run "${line}": ${missing.name} is missing`, `see: ${line} --help`);
  const extra = expected.at(-1)?.many ? undefined : words[expected.length];
  if (extra !== undefined) {
    const other = extra === "help" ? undefined : verbCalled(asked.program, extra);
    if (expected.length === 0 && other !== undefined && other !== command) {
      throw bothAtOnce(asked.program, asked.path.join(" "), extra);
    }
    const option = command.options?.find(({ value }) => value?.choices?.includes(extra));
    const hint = extra === "help"
      ? `write: ${[asked.program.name, "help", ...asked.path].join(" ")}`
      : option !== undefined
      ? `write: ${line} --${option.name} ${extra}`
      : command.trailingCommand
      ? `a command to supervise stands after --: ${line} -- ${extra}`
      : `see: ${line} --help`;
    throw usageError(`cannot use argument "${extra}": "${line}" takes ${countOf(expected.length)}`, hint);
  }
  for (const [index, argument] of expected.entries()) {
    const word = words[index];
    if (word === undefined || !argument.choices || argument.choices.includes(word)) continue;
    throw usageError(
      `cannot use ${argument.name} "${word}": it is none of ${argument.choices.join(", ")}`,
      suggest({ word, candidates: argument.choices, help: `${line} --help` }),
    );
  }
}

function countOf(count: number): string {
  return count === 0 ? "no arguments" : count === 1 ? "one argument" : `${count} arguments`;
}
