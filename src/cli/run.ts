import { AppdError } from "../base/errors.ts";
import { shellWord } from "../base/shell_word.ts";
import { stderrIsJournal } from "../system/stdio_target.ts";
import type { System } from "../system/system.ts";
import { type Advise, adviser, guessedInstance } from "./advice.ts";
import { type ProgramSpec, topCommands } from "./command.ts";
import { reportFailure } from "./failure.ts";
import { type Invocation, isOn } from "./invocation.ts";
import { createOutput, type Output } from "./output.ts";
import { parse } from "./parse.ts";
import { usageError } from "./usage.ts";
import type { VerbInput } from "./verb.ts";

/** What a command line is given to. */
export interface Main extends Pick<VerbInput, "program" | "app"> {
  /** Why the program cannot be run at all. */
  readonly flaw?: AppdError | undefined;
}

/**
 * Runs one command line to its exit code; the single place where errors end. Never ends the process itself.
 *
 * Without a command it says so, names those that there are, and ends with 2: a script that lost its verb must not look
 * successful.
 *
 * @param argv words after the program's name
 */
export async function main({ program, app, flaw }: Main, argv: readonly string[], system: System): Promise<number> {
  const own = { program, product: app.product };
  let output = outputFor(system, guessed(own, argv));
  try {
    if (flaw !== undefined) throw flaw;
    const invocation = parse(program, argv);
    const advise = adviser(own, invocation.options);
    output = outputFor(system, { isOn: (name) => isOn(invocation, name), advise });
    return await run({ program, app, invocation, system, output });
  } catch (error) {
    const bug = !(error instanceof AppdError) || error.exit === "internal";
    const stack = bug && (output.verbose || system.host.env[`${app.product.prefix}_LOG_LEVEL`] === "debug");
    return reportFailure(output, error, { program: program.name, stack });
  }
}

interface Asked {
  readonly isOn: (name: string) => boolean;
  readonly advise: Advise;
}

/** A line that was not understood may still say how to complain about it. */
function guessed(own: Parameters<typeof adviser>[0], argv: readonly string[]): Asked {
  const dashes = argv.indexOf("--");
  const head = dashes < 0 ? argv : argv.slice(0, dashes);
  return { isOn: (name) => head.includes(`--${name}`), advise: adviser(own, guessedInstance(head)) };
}

function outputFor(system: System, { isOn, advise }: Asked): Output {
  return createOutput(system.terminal, {
    json: isOn("json"),
    quiet: isOn("quiet"),
    verbose: isOn("verbose"),
    noColor: isOn("no-color"),
    env: system.host.env,
    advise,
    journal: stderrIsJournal(system.host.env),
  });
}

async function run(input: VerbInput): Promise<number> {
  const { invocation, system } = input;
  const { command } = invocation;
  if (isOn(invocation, "help")) return await showHelp(input);
  if (isOn(invocation, "version")) return (await import("./verbs/version.ts")).version(input);
  if (command?.load === undefined) return await missingCommand(input);
  if (system.host.platform === "windows" && !command.anywhere) throw notSupported(invocation);
  const verb = await command.load();
  return await verb(input);
}

async function showHelp(input: VerbInput): Promise<number> {
  const { helpText } = await import("./verbs/help.ts");
  const { invocation } = input;
  const words = invocation.path[0] === "help" ? invocation.arguments : invocation.path;
  input.output.print(helpText(input, words));
  return 0;
}

/** The failure as any other, and below it what the line may go on with. */
async function missingCommand(input: VerbInput): Promise<number> {
  const { program, invocation, output } = input;
  const line = [program.name, ...invocation.path].join(" ");
  const error = usageError(`cannot run "${line}": a command is missing`, missingHint(invocation, program));
  const code = reportFailure(output, error, { program: program.name, stack: false });
  if (output.json) return code;
  const { commandsText } = await import("./verbs/help.ts");
  output.note(`\n${commandsText(input, invocation.path)}`);
  return code;
}

/** Of `-- CMD` alone a verb was left out that supervises it. */
function missingHint({ path, arguments: words }: Invocation, program: ProgramSpec): string {
  const verb = topCommands(program).find(({ trailingCommand }) => trailingCommand);
  if (verb === undefined || words.length === 0) return `see: ${[program.name, ...path].join(" ")} --help`;
  return `to supervise a command: ${program.name} ${verb.name} -- ${words.map(shellWord).join(" ")}`;
}

function notSupported(invocation: Invocation): AppdError {
  return new AppdError(`cannot run "${invocation.path.join(" ")}": not supported here, this platform has no sessions`, {
    exit: "notRunning",
    hint: "run the daemon in the foreground: appd run",
  });
}
