import { daemonStatus } from "../../app/control.ts";
import { serviceOf } from "../../app/service/installed.ts";
import { contextOf } from "../context_of.ts";
import { isOn } from "../invocation.ts";
import { renderStatus } from "../render_status.ts";
import { strictCode } from "../strict_code.ts";
import type { VerbInput } from "../verb.ts";
import type { Frame } from "../watch.ts";

/** Shows state, health and programs; the exit code follows LSB, or more closely with `--strict`. */
export async function status(input: VerbInput): Promise<number> {
  const { output, invocation } = input;
  if (isOn(invocation, "watch")) return await (await import("../watch.ts")).watch(input, () => look(input));
  const { lines, value, code } = await look(input);
  if (output.json) output.printJson(value);
  else if (!output.quiet) output.print(lines.join("\n"));
  return code;
}

async function look(input: VerbInput): Promise<Frame> {
  const { invocation, output, system } = input;
  const context = contextOf(input);
  const installed = serviceOf(context);
  const service = installed &&
    await (await import("../service_verbs.ts")).statusAsService({ context, service: installed });
  const { exit, report } = service ?? await daemonStatus(context);
  const lines = renderStatus(report, {
    style: output.style,
    now: system.clock.now(),
    userHome: system.host.homeDirectory,
    dead: exit === 1,
    advise: output.advise,
    service: service?.text,
    live: isOn(invocation, "watch") && output.terminal,
  });
  return {
    lines,
    value: service === undefined ? report : { ...report, service: service.value },
    code: isOn(invocation, "strict") && exit === 0 ? strictCode(report) : exit,
  };
}
