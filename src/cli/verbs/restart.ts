import { commandHere } from "../../app/command.ts";
import { restartDaemon } from "../../app/restart.ts";
import { serviceOf } from "../../app/service/installed.ts";
import { contextOf } from "../context_of.ts";
import { givenMode } from "../given_mode.ts";
import { isOn } from "../invocation.ts";
import { requirePlain } from "../service_lines.ts";
import { tellWarnings } from "../start_warnings.ts";
import type { VerbInput } from "../verb.ts";
import { startText } from "./start.ts";
import { stopText } from "./stop.ts";

/** Stops the daemon and starts it again. */
export async function restart(input: VerbInput): Promise<number> {
  const { invocation, output, program, system } = input;
  const { trailing } = invocation;
  const command = trailing === undefined ? undefined : commandHere(trailing, system.host);
  const keepPrograms = isOn(invocation, "keep-programs");
  const context = { ...contextOf(input), mode: givenMode(invocation) };
  const service = serviceOf(context);
  if (service !== undefined) {
    requirePlain(input, service);
    const { restartAsService } = await import("../service_verbs.ts");
    return await restartAsService(input, { context, service });
  }
  const { stopped, started } = await restartDaemon(context, { command, keepPrograms });
  tellWarnings(input, started);
  if (output.json) output.printJson({ stopped, started });
  else output.tell(`${program.name}: ${stopText(stopped)}\n${program.name}: ${startText(started)}`);
  return 0;
}
