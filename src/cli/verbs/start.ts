import { commandHere } from "../../app/command.ts";
import { serviceManager } from "../../app/service_manager.ts";
import { EVERYTHING } from "../../app/mode.ts";
import { escapeControls } from "../../base/escape.ts";
import { shellWord } from "../../base/shell_word.ts";
import { startDaemon, type StartResult } from "../../app/start.ts";
import { serviceOf } from "../../app/service/installed.ts";
import { contextOf } from "../context_of.ts";
import { givenMode } from "../given_mode.ts";
import { requirePlain } from "../service_lines.ts";
import { tellWarnings } from "../start_warnings.ts";
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
  const context = { ...contextOf(input), mode: givenMode(invocation) };
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
  const other = otherMode(input, result);
  tellIgnored(input, result);
  tellWarnings(input, result);
  if (output.json) output.printJson({ ...result, ...(other === undefined ? {} : { hint: other.change }) });
  else output.tell(`${program.name}: ${startText(result)}${other?.text ?? ""}`);
  return 0;
}

/** Of a daemon that ran already, but not in the mode that was asked for: that it does, and the command that changes it. */
function otherMode(
  { invocation, output, program }: VerbInput,
  { already, mode }: StartResult,
): { readonly text: string; readonly change: string } | undefined {
  const wanted = givenMode(invocation);
  if (!already || wanted === undefined || wanted === (mode ?? EVERYTHING)) return undefined;
  const now = mode ? "" : " with everything";
  const change = output.advise(`${program.name} restart --mode ${wanted}`);
  const asked = wanted === EVERYTHING ? "with everything" : `in mode ${wanted}`;
  return { text: `${now}, not ${asked}; to change that: ${change}`, change };
}

/** Settings that a daemon which ran already does not have, in one line on stderr, and how it gets them. */
function tellIgnored({ invocation, output, program }: VerbInput, { ignored = [] }: StartResult): void {
  if (ignored.length === 0) return;
  const options = ignored.filter(({ option }) => option.startsWith("--") && option !== "--config"); // Advice has that one.
  const command = invocation.trailing === undefined ? "" : ` -- ${invocation.trailing.map(shellWord).join(" ")}`;
  const given = ignored.map(({ option, given }) => `${option} ${given}`).join(", ");
  const words = options.map(({ option, given }) => ` ${option} ${shellWord(given)}`).join("");
  const runs = ignored.map(({ runs }) => runs).join(", ");
  const verb = ignored.length === 1 ? "is" : "are";
  output.note(escapeControls(
    `${program.name}: ${given} ${verb} ignored, the daemon runs with ${runs}: use ${
      output.advise(`${program.name} restart${words}${command}`)
    }`,
  ));
}

/** `running as PID 1234 at http://127.0.0.1:8321 in mode web (0.2 s)` */
export function startText({ pid, url, mode, already, ms }: StartResult): string {
  const where = `${url === null ? "" : ` at ${url}`}${mode ? ` in mode ${mode}` : ""}`;
  if (already) return `already running as PID ${pid}${where}`;
  return `running as PID ${pid}${where} (${(ms / 1000).toFixed(1)} s)`;
}
