import { commandHere } from "../../app/command.ts";
import { runDaemon } from "../../app/daemon.ts";
import { isFirstProcess, standInFront } from "../../app/first_process.ts";
import { ownWords } from "../../system/attached_child.ts";
import { givenContext } from "../context_of.ts";
import { givenMode } from "../given_mode.ts";
import type { Verb, VerbInput } from "../verb.ts";

/** Runs the daemon in this process until it is told to stop; the number is the daemon's own exit code. */
export async function run(input: VerbInput): Promise<number> {
  return await runHere(input, givenMode(input.invocation));
}

/** {@link run} with the services of one mode of the app. */
export function runMode(mode: string): Verb {
  return (input) => runHere(input, mode);
}

async function runHere(input: VerbInput, mode: string | undefined): Promise<number> {
  const { output, program, system } = input;
  const { trailing } = input.invocation;
  if (isFirstProcess(system)) {
    const warn = (text: string) => output.note(`${program.name}: warning: ${output.advise(text)}`);
    return await standInFront(system, ownWords(), warn);
  }
  return await runDaemon(
    { ...givenContext(input), mode },
    { advise: output.advise, ...(trailing === undefined ? {} : { command: commandHere(trailing, system.host) }) },
  );
}
