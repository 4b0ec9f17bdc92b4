/**
 * The command line room owns what stands between argv and an exit code: the table of commands, the parser made from it,
 * every text made from it, and the only place that writes to stdout and stderr. It never starts, stops or changes
 * anything itself: verbs call `src/app`.
 *
 * This file is the language that the table is written in.
 */
import type { ExitName } from "../base/exit_codes.ts";
import type { Verb } from "./verb.ts";

/** What kind of text an option's value or an argument is; decides how it is checked and how a shell completes it. */
export type ValueKind =
  /** Any text that is not empty. */
  | "text"
  /** A path of a file. */
  | "file"
  | "directory"
  /** A whole number, 0 or more. */
  | "count"
  /** A duration such as `30s`; the parser hands it on in milliseconds. */
  | "duration"
  /** Name of a supervised program, or of one of its instances. */
  | "programs"
  /** Name of a job. */
  | "job"
  /** What `programs` takes, or a job. */
  | "named"
  /** What `named` takes, or a health check. */
  | "explained"
  /** Name of a signal, with or without SIG. */
  | "signal"
  /** Dotted key of a setting. */
  | "setting"
  /** What the setting takes that the argument before it names. */
  | "value"
  /** Name of a command. */
  | "command";

/** The value that an option takes. */
export interface ValueSpec {
  /** As shown in help, in capitals. */
  readonly name: string;
  readonly kind: ValueKind;
  readonly choices?: readonly string[];
  /**
   * As shown in help, and as it would be typed. A command of an app gets it where the option is not given; a verb of the
   * house applies it itself.
   */
  readonly default?: string;
  /** The option may be given again; a verb gets the values with commas between them. Only of kinds that stay text. */
  readonly many?: true;
}

/** One option of a command, or a global one. */
export interface OptionSpec {
  /** Long name without the dashes. Equal names mean equal arity in the whole table. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** Absent: a switch. */
  readonly value?: ValueSpec;
  /** A phrase, lower case, no final period. */
  readonly help: string;
  /** Dotted key of the setting that this option overrides. */
  readonly setting?: string;
}

/** A positional argument. */
export interface ArgumentSpec {
  readonly name: string;
  readonly help: string;
  readonly kind: ValueKind;
  readonly required: boolean;
  readonly choices?: readonly string[];
  /** More of the same may follow; only on the last one. */
  readonly many?: true;
}

/** A line of a command's help that can be typed. */
export interface Example {
  /** As it is typed, with the name of the program. */
  readonly line: string;
  /** What it does, a phrase. */
  readonly says: string;
}

/** How a command can end, with the meaning here; `true` where the exit code table says it already. */
export type Exits = Readonly<Partial<Record<ExitName, string | true>>>;

/** One command as data; parser, help, completions, man page and docs are derived from it. */
export interface CommandSpec {
  readonly name: string;
  /** Other names of the command; those with dashes (`--stop`) stand alone instead of it. */
  readonly aliases?: readonly string[];
  /** A phrase, lower case, no final period. */
  readonly summary: string;
  /** Paragraphs. */
  readonly description?: readonly string[];
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Whether `-- CMD ARGS…` may follow, handed on verbatim. */
  readonly trailingCommand?: boolean;
  readonly examples?: readonly Example[];
  readonly exits: Exits;
  /** Works also where a platform has no sessions or signals. */
  readonly anywhere?: boolean;
  /** Commands that people look for here, by word: `jobs logs NAME` is `logs NAME`. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** What to write instead of this command together with another one, by the other's name: `start`. */
  readonly together?: Readonly<Record<string, string>>;
  /** Name of the command that this one is once more, in another place; docs only point there. */
  readonly sameAs?: string;
  /** Only appd itself has it, not its apps. */
  readonly houseOnly?: boolean;
  /** Left out of help, completions and docs. */
  readonly hidden?: boolean;
  /** Absent on a command that only groups others. */
  readonly load?: () => Promise<Verb>;
  readonly commands?: readonly CommandSpec[];
}

/** Commands under one heading of the help. */
export interface CommandGroup {
  readonly title: string;
  /** The commands are an app's own, not built in. */
  readonly own?: boolean;
  readonly commands: readonly CommandSpec[];
}

/** A file or a variable that the program knows, for help and man page. */
export interface Mention {
  readonly name: string;
  readonly help: string;
}

/** The whole program: an app made with the kit has one of its own. */
export interface ProgramSpec {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly description: readonly string[];
  readonly globals: readonly OptionSpec[];
  readonly groups: readonly CommandGroup[];
  readonly files: readonly Mention[];
  readonly environment: readonly Mention[];
  readonly signals: readonly Mention[];
  readonly examples: readonly Example[];
  /** What exit codes mean that the table of all programs says in other words. */
  readonly exits?: Exits;
}

/** A command with the names that lead to it, such as `["config", "set"]`. */
export interface CommandAt {
  readonly path: readonly string[];
  readonly command: CommandSpec;
}

/** The commands at the top, in the order of the help. */
export function topCommands(program: ProgramSpec): readonly CommandSpec[] {
  return program.groups.flatMap((group) => group.commands);
}

/** Every command at every depth, parents first. */
export function allCommands(program: ProgramSpec): readonly CommandAt[] {
  const below = (path: readonly string[], commands: readonly CommandSpec[]): CommandAt[] =>
    commands.flatMap((command) => {
      const here = [...path, command.name];
      return [{ path: here, command }, ...below(here, command.commands ?? [])];
    });
  return below([], topCommands(program));
}

/** The commands that help, completions and docs show. */
export function shownCommands(program: ProgramSpec): readonly CommandAt[] {
  return allCommands(program).filter(({ command }) => !command.hidden);
}

/** The command called `name` among `commands`, by name or by an alias without dashes. */
export function findCommand(commands: readonly CommandSpec[], name: string): CommandSpec | undefined {
  return commands.find((command) => command.name === name || wordAliases(command).includes(name));
}

/** Aliases that stand in the place of the command: `serve`. */
export function wordAliases(command: CommandSpec): readonly string[] {
  return (command.aliases ?? []).filter((alias) => !alias.startsWith("-"));
}

/** Aliases in the form of an option: `--daemon`. */
export function flagAliases(command: CommandSpec): readonly string[] {
  return (command.aliases ?? []).filter((alias) => alias.startsWith("-"));
}
