import type { Context } from "../../app/context.ts";
import { daemonStatus } from "../../app/control.ts";
import { delay } from "../../system/clock.ts";
import { contextOf } from "../context_of.ts";
import { isOn } from "../invocation.ts";
import { renderStatus } from "../render_status.ts";
import { strictCode } from "../strict_code.ts";
import type { VerbInput } from "../verb.ts";

const WATCH_MS = 1000;
/** Cursor home, and erase to the end: a redrawn page does not flicker (ECMA-48 8.3.21, 8.3.39). */
const REDRAW = "\x1b[H\x1b[J";

/** Shows state, health and programs; the exit code follows LSB, or more closely with `--strict`. */
export async function status(input: VerbInput): Promise<number> {
  const context = contextOf(input);
  if (isOn(input.invocation, "watch")) return await watch(input, context);
  return await show(input, context, "");
}

async function watch(input: VerbInput, context: Context): Promise<number> {
  const { output, system } = input;
  let code = await show(input, context, output.terminal ? REDRAW : "");
  while (!output.gone.aborted) {
    await delay(system.clock, WATCH_MS, output.gone);
    code = await show(input, context, output.terminal ? REDRAW : "");
  }
  return code;
}

async function show(input: VerbInput, context: Context, before: string): Promise<number> {
  const { output, system } = input;
  const { exit, report } = await daemonStatus(context);
  if (output.json) output.printJson(report);
  else if (!output.quiet) {
    const lines = renderStatus(report, {
      style: output.style,
      now: system.clock.now(),
      userHome: system.host.homeDirectory,
      dead: exit === 1,
    });
    output.print(before + lines.join("\n"));
  }
  return isOn(input.invocation, "strict") && exit === 0 ? strictCode(report) : exit;
}
