import { SIGNAL_NAMES } from "../base/signal_names.ts";
import {
  type ArgumentSpec,
  type CommandSpec,
  flagAliases,
  type OptionSpec,
  type ProgramSpec,
  shownCommands,
  topCommands,
  type ValueKind,
  wordAliases,
} from "./command.ts";

/** One step of a word that leads from one command to another, such as `config` and `set`. */
export interface Step {
  readonly from: string;
  readonly word: string;
  readonly to: string;
}

/** What may follow once the line has come to one command. */
export interface Place {
  /** Names of the commands joined by a space; empty before the first. */
  readonly at: string;
  readonly words: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly OptionSpec[];
  readonly arguments: readonly Completable[];
  /** The last argument may be repeated. */
  readonly many: boolean;
  readonly trailingCommand: boolean;
}

/** What a shell can offer for a value. */
export interface Completable {
  readonly kind: ValueKind;
  readonly choices: readonly string[];
}

/** Everything that a completion script needs to know; the three shells only spell it. */
export interface CompletionModel {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly places: readonly Place[];
  /** Options of any command that take a value. */
  readonly valued: readonly OptionSpec[];
  /** What may follow the key of a setting. */
  readonly values: readonly SettingValue[];
}

/** Settings that take the same, where that is something that a shell can offer. */
export interface SettingValue {
  /** Dotted keys; a `*` stands for a name of the user's. */
  readonly keys: readonly string[];
  readonly value: Completable;
}

/** What is known when the script is made. */
export interface CompletionInput {
  /** Dotted keys of all settings. */
  readonly settings: readonly string[];
  readonly values: readonly SettingValue[];
}

export function completionModel(program: ProgramSpec, input: CompletionInput): CompletionModel {
  const tops = topCommands(program).filter((command) => !command.hidden);
  const root: Place = {
    at: "",
    words: tops.flatMap(entriesOf),
    options: program.globals,
    arguments: [],
    many: false,
    trailingCommand: false,
  };
  const places = shownCommands(program).map(({ path, command }): Place => ({
    at: path.join(" "),
    words: (command.commands ?? []).filter(({ hidden }) => !hidden).flatMap(entriesOf),
    options: [...(command.options ?? []), ...program.globals],
    arguments: (command.arguments ?? []).map((one) => argumentOf(one, { tops, settings: input.settings })),
    many: command.arguments?.at(-1)?.many ?? false,
    trailingCommand: command.trailingCommand ?? false,
  }));
  return {
    name: program.name,
    steps: shownCommands(program).flatMap(({ path, command }) => {
      const from = path.slice(0, -1).join(" ");
      return [command.name, ...(command.aliases ?? [])].map((word) => ({ from, word, to: path.join(" ") }));
    }),
    places: [root, ...places],
    valued: valuedOptions(places),
    values: input.values,
  };
}

function entriesOf(command: CommandSpec): { name: string; summary: string }[] {
  return [command.name, ...wordAliases(command), ...flagAliases(command)]
    .map((name) => ({ name, summary: command.summary }));
}

function argumentOf(
  argument: ArgumentSpec,
  known: { tops: readonly CommandSpec[]; settings: readonly string[] },
): Completable {
  if (argument.kind === "setting") return { kind: "text", choices: known.settings };
  if (argument.kind === "command") return { kind: "text", choices: known.tops.map((command) => command.name) };
  if (argument.kind === "signal") return { kind: "text", choices: SIGNAL_NAMES };
  return { kind: argument.kind, choices: argument.choices ?? [] };
}

function valuedOptions(places: readonly Place[]): OptionSpec[] {
  const all = new Map(places.flatMap((place) => place.options).map((option) => [option.name, option]));
  return [...all.values()].filter((option) => option.value !== undefined);
}

/** What a shell can offer for the value of `option`. */
export function completableOf(option: OptionSpec): Completable {
  return { kind: option.value?.kind ?? "text", choices: option.value?.choices ?? [] };
}

/** The command line that prints the names a program argument can have, one a line; undefined for other kinds. */
export function namesCommand(model: CompletionModel, kind: ValueKind): string | undefined {
  const programs = `${model.name} programs names 2>/dev/null`;
  const jobs = `${model.name} jobs --quiet 2>/dev/null`;
  if (kind === "programs") return programs;
  if (kind === "job") return jobs;
  const named = `${programs}; ${jobs}`;
  if (kind === "explained") return `${named}; ${model.name} health names 2>/dev/null`;
  return kind === "named" ? named : undefined;
}

/** The spellings of an option on a line. */
export function spellings(option: OptionSpec): string[] {
  return [`--${option.name}`, ...(option.short === undefined ? [] : [`-${option.short}`])];
}
