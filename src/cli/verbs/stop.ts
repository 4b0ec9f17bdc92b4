import { stopDaemon, type StopResult } from "../../app/stop.ts";
import { serviceOf } from "../../app/service/installed.ts";
import { contextOf } from "../context_of.ts";
import { numberOf } from "../invocation.ts";
import type { VerbInput } from "../verb.ts";

/** Stops the daemon; not running is success too. */
export async function stop(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const timeoutMs = numberOf(invocation, "timeout");
  const context = contextOf(input);
  const service = serviceOf(context);
  if (service !== undefined) {
    const { stopAsService } = await import("../service_verbs.ts");
    return await stopAsService(input, { context, service });
  }
  const result = await stopDaemon(context, timeoutMs === undefined ? {} : { timeoutMs });
  if (output.json) output.printJson(result);
  else output.tell(`${program.name}: ${stopText(result)}`);
  return 0;
}

/** `stopped PID 1234, graceful, 0.3 s` */
export function stopText(result: StopResult): string {
  if (result.was === "not running") {
    const { kept = [] } = result;
    if (kept.length > 0) return `not running; runs without a daemon: ${kept.join(", ")}`;
    return `not running${leftText(result)}`;
  }
  const kept = (result.kept ?? []).length === 0 ? "" : `; kept running: ${result.kept?.join(", ")}`;
  const pid = result.pid === undefined ? "" : ` PID ${result.pid},`;
  const how = result.died ? "but it died on the way" : result.how;
  return `stopped${pid} ${how}, ${(result.ms / 1000).toFixed(1)} s${leftText(result)}${kept}`;
}

/** What a dead daemon had left, who had to be killed, and who could not be. */
function leftText({ orphans, cancelled, late, lingering = [] }: StopResult): string {
  const lists = [
    ["ended what it had left", orphans],
    ["jobs cancelled", cancelled],
    ["had to be killed", late.filter((name) => !lingering.includes(name))],
    ["ended with the daemon, it ignored its signal", lingering],
  ] as const;
  return lists.map(([what, names]) => names.length === 0 ? "" : `; ${what}: ${names.join(", ")}`).join("");
}
