import { stopDaemon, type StopResult } from "../../app/stop.ts";
import { contextOf } from "../context_of.ts";
import { numberOf } from "../invocation.ts";
import type { VerbInput } from "../verb.ts";

/** Stops the daemon; not running is success too. */
export async function stop(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const timeoutMs = numberOf(invocation, "timeout");
  const result = await stopDaemon(contextOf(input), timeoutMs === undefined ? {} : { timeoutMs });
  if (output.json) output.printJson(result);
  else output.tell(`${program.name}: ${stopText(result)}`);
  return 0;
}

/** `stopped PID 1234, graceful, 0.3 s` */
export function stopText(result: StopResult): string {
  if (result.was === "not running") {
    const { orphans, kept = [] } = result;
    if (kept.length > 0) return `not running; runs without a daemon: ${kept.join(", ")}`;
    return orphans.length === 0 ? "not running" : `not running; ended what it had left: ${orphans.join(", ")}`;
  }
  const late = result.late.length === 0 ? "" : `; had to be killed: ${result.late.join(", ")}`;
  const kept = (result.kept ?? []).length === 0 ? "" : `; kept running: ${result.kept?.join(", ")}`;
  const pid = result.pid === undefined ? "" : ` PID ${result.pid},`;
  return `stopped${pid} ${result.how}, ${(result.ms / 1000).toFixed(1)} s${late}${kept}`;
}
