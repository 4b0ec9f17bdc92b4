import { commandHere } from "../../app/command.ts";
import { serviceManager } from "../../app/service_manager.ts";
import { startDaemon, type StartResult } from "../../app/start.ts";
import { serviceOf } from "../../app/service/installed.ts";
import { contextOf } from "../context_of.ts";
import { requirePlain } from "../service_lines.ts";
import type { VerbInput } from "../verb.ts";

/** Starts the daemon in the background; one that runs already is success and names its PID. */
export async function start(input: VerbInput): Promise<number> {
  const { invocation, output, program, system } = input;
  const manager = serviceManager(system.host, {
    parentCommand: system.processes.commandLine(system.host.ppid),
    terminal: system.terminal.isTerminal("stderr") || system.terminal.isTerminal("stdout"),
  });
  if (manager !== undefined) {
    output.note(`${program.name}: staying in the foreground, because ${manager} started us and waits for this process`);
    return await (await import("./run.ts")).run(input);
  }
  const { trailing } = invocation;
  const context = contextOf(input);
  const service = serviceOf(context);
  if (service !== undefined) {
    requirePlain(input, service);
    const { startAsService } = await import("../service_verbs.ts");
    return await startAsService(input, { context, service });
  }
  const result = await startDaemon(
    context,
    trailing === undefined ? {} : { command: commandHere(trailing, input.system.host) },
  );
  if (output.json) output.printJson(result);
  else output.tell(`${program.name}: ${startText(result)}`);
  return 0;
}

/** `running as PID 1234 at http://127.0.0.1:8321 (0.2 s)` */
export function startText(result: StartResult): string {
  const where = result.url === null ? "" : ` at ${result.url}`;
  if (result.already) return `already running as PID ${result.pid}${where}`;
  return `running as PID ${result.pid}${where} (${(result.ms / 1000).toFixed(1)} s)`;
}
