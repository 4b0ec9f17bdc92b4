import { APPD_APP, type Mode } from "../app/kit/app.ts";
import {
  type CommandGroup,
  type CommandSpec,
  findCommand,
  type OptionSpec,
  type ProgramSpec,
  topCommands,
} from "../cli/command.ts";
import { APPD } from "../cli/command_table.ts";
import { renamed } from "../cli/renamed.ts";
import type { AppCommand } from "./command.ts";
import type { DefinedApp } from "./define_app.ts";
import { MODE_VERBS, withModeOptions } from "./mode_options.ts";
import { settingOptions } from "./setting_options.ts";

/** The built-in verbs that stand under {@link DefinedApp.verbsUnder}, in the order of its help. */
const VERBS_UNDER: readonly string[] = [
  ...["start", "run", "stop", "restart", "status", "health", "logs", "reload", "log-rotate", "pause", "resume"],
  ...["install", "uninstall", "enable", "disable", "is-installed"],
];

/**
 * The table of commands of an app: a first group with its own commands, its modes and the word for the daemon's verbs, and
 * then everything that appd has.
 */
// deno-lint-ignore no-explicit-any -- every app has a configuration of its own
export function programOf(defined: DefinedApp<any>): ProgramSpec {
  const { app: { product, modes }, commands, settings, verbsUnder } = defined;
  const spec = product === APPD_APP.product ? APPD : renamed(ofApps(APPD), product);
  const plain = settings === undefined ? spec : withOptions(spec, settingOptions(settings));
  const program = withModeOptions(plain, modes);
  const own = [
    ...commands.map(commandSpec),
    ...modes.map((mode) => modeCommand(plain, mode)),
    ...(verbsUnder === undefined ? [] : [verbsCommand(program, verbsUnder)]),
  ];
  if (own.length === 0) return program;
  return { ...program, groups: [{ title: product.name, own: true, commands: own }, ...program.groups] };
}

/** The table without what only appd itself has. */
function ofApps(program: ProgramSpec): ProgramSpec {
  const groups = program.groups.map(({ commands, ...group }) => ({
    ...group,
    commands: commands.filter(({ houseOnly }) => !houseOnly),
  }));
  return { ...program, groups };
}

/** The table with the app's own options for settings where appd's stand. */
function withOptions(program: ProgramSpec, options: readonly OptionSpec[]): ProgramSpec {
  const of = (command: CommandSpec): CommandSpec => {
    const others = command.options?.filter(({ setting }) => setting === undefined) ?? [];
    const takesSettings = others.length < (command.options?.length ?? 0);
    return takesSettings ? { ...command, options: [...others, ...options] } : command;
  };
  return { ...program, groups: program.groups.map((group) => ({ ...group, commands: group.commands.map(of) })) };
}

/** `NAME MODE`: what `run` does, with the services of the mode. */
function modeCommand(program: ProgramSpec, mode: Mode): CommandSpec {
  const { name, summary } = mode;
  const { options = [], exits = {} } = findCommand(topCommands(program), "run") ?? {};
  return {
    name,
    aliases: [`--${name}`],
    summary: `${summary}, in the foreground`,
    description: [
      `Runs in the foreground, as \`run --mode ${name}\` does, with the services of this mode. In the background: \`${program.name} start --mode ${name}\`.`,
      `In this mode: ${partsOf(mode)}.`,
    ],
    options,
    examples: [{ line: `${program.name} ${name}`, says: "run until Ctrl-C" }],
    exits,
    together: Object.fromEntries(MODE_VERBS.map((verb) => [verb, `${verb} --mode ${name}`])),
    anywhere: true,
    load: () => import("../cli/verbs/run.ts").then((verb) => verb.runMode(name)),
  };
}

/** `the service web; no jobs` */
function partsOf({ services, jobs = true }: Mode): string {
  const some = services?.length === 1 ? `the service ${services[0]}` : `the services ${services?.join(", ")}`;
  const own = services === undefined ? "all services" : services.length === 0 ? "no services" : some;
  return `${own}; ${jobs ? "the jobs too" : "no jobs"}`;
}

/** The word under which the verbs of the daemon stand once more. */
function verbsCommand(program: ProgramSpec, name: string): CommandSpec {
  const tops = topCommands(program);
  const commands = VERBS_UNDER.flatMap((verb) => findCommand(tops, verb) ?? []);
  return {
    name,
    summary: "the verbs of the daemon, under one word",
    examples: [{ line: `${program.name} ${name} start`, says: `the same as ${program.name} start` }],
    exits: { ok: true, usage: true },
    anywhere: true,
    commands: commands.map((command) => underWord(program, command, name)),
  };
}

function underWord(program: ProgramSpec, command: CommandSpec, word: string): CommandSpec {
  const { aliases = [], examples = [] } = command;
  const line = `${program.name} ${command.name}`;
  return {
    ...command,
    aliases: aliases.filter((alias) => !alias.startsWith("-")),
    examples: examples.filter((example) => example.line.startsWith(line))
      .map((example) => ({ ...example, line: example.line.replace(line, `${program.name} ${word} ${command.name}`) })),
    sameAs: command.name,
  };
}

/** How a command ends whose daemon runs and is silent. */
const UNHEARD = "the daemon does not answer";

// deno-lint-ignore no-explicit-any -- every app has a configuration of its own
function commandSpec(command: AppCommand<any>): CommandSpec {
  const { run, commands, exits, ...words } = command;
  return {
    ...words,
    exits: { ok: true, usage: true, ...(exits?.notRunning && { unavailable: UNHEARD }), ...exits },
    anywhere: true,
    ...(run === undefined ? {} : {
      load: () =>
        import("./command_verb.ts").then(({ verbOf }) =>
          verbOf((context) => run.call(command, context), command.options)
        ),
    }),
    ...(commands === undefined ? {} : { commands: commands.map(commandSpec) }),
  };
}

/** The group of the app's own commands; undefined when it has none. */
export function ownGroup(program: ProgramSpec): CommandGroup | undefined {
  return program.groups.find(({ own }) => own);
}
