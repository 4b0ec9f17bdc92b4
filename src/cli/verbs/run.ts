import { commandHere } from "../../app/command.ts";
import { runDaemon } from "../../app/daemon.ts";
import { isFirstProcess, standInFront } from "../../app/first_process.ts";
import { ownWords } from "../../system/attached_child.ts";
import { givenContext } from "../context_of.ts";
import type { VerbInput } from "../verb.ts";

/** Runs the daemon in this process until it is told to stop; the number is the daemon's own exit code. */
export async function run(input: VerbInput): Promise<number> {
  const { output, program, system } = input;
  const { trailing } = input.invocation;
  if (isFirstProcess(system)) {
    const warn = (text: string) => output.note(`${program.name}: warning: ${output.advise(text)}`);
    return await standInFront(system, ownWords(), warn);
  }
  return await runDaemon(
    givenContext(input),
    trailing === undefined ? {} : { command: commandHere(trailing, system.host) },
  );
}
