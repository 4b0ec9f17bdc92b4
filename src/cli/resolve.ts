import { type CommandSpec, findCommand, flagAliases, type ProgramSpec, topCommands, wordAliases } from "./command.ts";
import type { Scanned } from "./scan.ts";
import { suggest, usageError } from "./usage.ts";

/** The command that a line names. */
export interface Found {
  readonly path: readonly string[];
  readonly command: CommandSpec | undefined;
  readonly rest: readonly string[];
}

/**
 * Finds the command by its words or by its one flag alias.
 *
 * @throws AppdError (usage) for two verbs at once and for an unknown one
 */
export function resolve(program: ProgramSpec, scanned: Scanned): Found {
  const [flag, second] = scanned.flagVerbs;
  if (flag === undefined) return descend(program, scanned.operands);
  const command = verbCalled(program, flag);
  const other = second ?? scanned.operands[0];
  if (other !== undefined && verbCalled(program, other)) throw bothAtOnce(program, flag, other);
  return { path: command ? [command.name] : [], command, rest: scanned.operands };
}

/** The command at the top with this name or alias, with dashes or without. */
export function verbCalled(program: ProgramSpec, word: string): CommandSpec | undefined {
  const tops = topCommands(program);
  return findCommand(tops, word) ?? tops.find((one) => flagAliases(one).includes(word));
}

/** Two verbs on one line, and what does both where there is such a one. */
export function bothAtOnce(program: ProgramSpec, one: string, other: string) {
  const [first, second] = [verbCalled(program, one), verbCalled(program, other)];
  const meant = first?.together?.[second?.name ?? ""] ?? second?.together?.[first?.name ?? ""];
  const hint = meant === undefined ? `see: ${program.name} --help` : `to do both: ${program.name} ${meant}`;
  return usageError(`cannot do "${one}" and "${other}" at once: give one of them`, hint);
}

function descend(program: ProgramSpec, operands: readonly string[]): Found {
  let found: Found = { path: [], command: undefined, rest: operands };
  for (;;) {
    const [word, ...rest] = found.rest;
    const choices = found.command === undefined ? topCommands(program) : found.command.commands ?? [];
    const next = word === undefined ? undefined : findCommand(choices, word);
    if (next) {
      found = { path: [...found.path, next.name], command: next, rest };
      continue;
    }
    if (word !== undefined && choices.length > 0) {
      throw unknownCommand(program, { ...found, word, choices, after: rest });
    }
    return found;
  }
}

interface Unknown extends Pick<Found, "path" | "command"> {
  readonly word: string;
  /** The operands behind it. */
  readonly after: readonly string[];
  readonly choices: readonly CommandSpec[];
}

function unknownCommand(program: ProgramSpec, at: Unknown) {
  const { elsewhere = {} } = at.command ?? {};
  if (Object.hasOwn(elsewhere, at.word)) {
    const [name = "NAME"] = at.after;
    const hint = `write: ${program.name} ${elsewhere[at.word]} ${name}`;
    return usageError(`cannot run "${[...at.path, at.word].join(" ")}": unknown command`, hint);
  }
  if (at.word === "help") {
    const hint = `write: ${[program.name, "help", ...at.path].join(" ")}`;
    return usageError(`cannot run "${[...at.path, at.word].join(" ")}": unknown command`, hint);
  }
  const shown = at.choices.filter((command) => !command.hidden);
  const prefix = [program.name, ...at.path].join(" ");
  return usageError(
    `cannot run "${[...at.path, at.word].join(" ")}": unknown command`,
    suggest({
      word: at.word,
      candidates: shown.flatMap((command) => [command.name, ...wordAliases(command)]),
      help: `${prefix} --help`,
    }),
  );
}
