import { AppdError } from "../../base/errors.ts";
import type { StatusReport } from "../../base/status_report.ts";
import type { ServiceTarget } from "../../service/manager_commands.ts";
import type { Context } from "../context.ts";
import { daemonStatus } from "../control.ts";
import { stoppedReport } from "../stopped_report.ts";
import type { ServiceWorld } from "./ports.ts";
import { type UnitState, unitState } from "./unit_state.ts";

/**
 * What there is of the daemon, also of one that died and left a PID file that root cannot trust, because the service's user
 * could have written it: whose service it is, and whether it runs, its manager knows.
 */
export async function serviceStatus(context: Context): ReturnType<typeof daemonStatus> {
  try {
    return await daemonStatus(context);
  } catch (error) {
    if (!(error instanceof AppdError) || error.exit !== "noPermission" || context.system.host.uid !== 0) throw error;
    const report = stoppedReport(context);
    const isHeld = context.system.locks.isHeld(context.paths.lock);
    return isHeld ? { exit: 4, report: { ...report, state: "starting", answers: false } } : { exit: 1, report };
  }
}

/** One line for `status`: `appd.service (system, enabled, active)`, and whether the daemon runs beside it. */
export async function serviceLine(
  world: ServiceWorld,
  target: ServiceTarget,
  report: Pick<StatusReport, "pid" | "state">,
): Promise<{ text: string; state: UnitState; outside: boolean }> {
  const state = await unitState(world, target);
  const words = [target.scope, state.enabled ? "enabled" : "disabled", state.active];
  const runs = report.pid !== null && report.state !== "stopped";
  const outside = runs && state.active !== "unknown" &&
    (state.pid === null ? state.active !== "active" : state.pid !== report.pid);
  const told = outside ? `; the daemon runs outside it, hand it over: ${world.program} restart` : "";
  return { text: `${target.unit} (${words.join(", ")})${told}`, state, outside };
}
