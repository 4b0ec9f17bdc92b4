import { commandHere } from "../../app/command.ts";
import { restartDaemon } from "../../app/restart.ts";
import { contextOf } from "../context_of.ts";
import { isOn } from "../invocation.ts";
import type { VerbInput } from "../verb.ts";
import { startText } from "./start.ts";
import { stopText } from "./stop.ts";

/** Stops the daemon and starts it again. */
export async function restart(input: VerbInput): Promise<number> {
  const { invocation, output, program, system } = input;
  const { trailing } = invocation;
  const command = trailing === undefined ? undefined : commandHere(trailing, system.host);
  const keepPrograms = isOn(invocation, "keep-programs");
  const { stopped, started } = await restartDaemon(contextOf(input), { command, keepPrograms });
  if (output.json) output.printJson({ stopped, started });
  else output.tell(`${program.name}: ${stopText(stopped)}\n${program.name}: ${startText(started)}`);
  return 0;
}
