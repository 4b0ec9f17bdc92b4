import { commandHere } from "../../app/command.ts";
import { runDaemon } from "../../app/daemon.ts";
import { givenContext } from "../context_of.ts";
import type { VerbInput } from "../verb.ts";

/** Runs the daemon in this process until it is told to stop; the number is the daemon's own exit code. */
export async function run(input: VerbInput): Promise<number> {
  const { trailing } = input.invocation;
  return await runDaemon(
    givenContext(input),
    trailing === undefined ? {} : { command: commandHere(trailing, input.system.host) },
  );
}
