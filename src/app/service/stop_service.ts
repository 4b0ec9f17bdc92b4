import { readState } from "../../instance/state_file.ts";
import type { ServiceTarget } from "../../service/manager_commands.ts";
import { askStatus } from "../control.ts";
import { statOf } from "../doctor/seen.ts";
import { howOf, lingeringIn, stopDaemon, type StopOptions, type StopResult } from "../stop.ts";
import { type ServiceWorld, tell } from "./ports.ts";
import { unitState } from "./unit_state.ts";

/** A stop through the service manager. */
export interface ServiceStop extends StopResult {
  readonly service: string;
}

/** What systemd calls an end on its own terms. */
const GRACEFUL: readonly (string | undefined)[] = ["success", undefined];

/**
 * Has the service manager stop the daemon, so that it does not start it again. A daemon that runs beside the service is
 * stopped as well.
 *
 * @throws AppdError (noPermission, generic) with the manager's words
 */
export async function stopService(
  world: ServiceWorld,
  target: ServiceTarget,
  { timeoutMs }: StopOptions = {},
): Promise<ServiceStop> {
  const { context } = world;
  const { clock } = context.system;
  const service = target.unit;
  const began = clock.monotonic();
  const before = await unitState(world, target);
  const runs = before.active !== "inactive" && before.active !== "failed";
  if (!runs) return { ...await stopBeside(world, timeoutMs), service };
  const pid = before.pid ?? (await askStatus(context))?.pid ?? undefined;
  const cut = await stopWithin(world, target, timeoutMs);
  const { result } = await unitState(world, target);
  if (isHeld(world)) return { ...await stopBeside(world, timeoutMs), service };
  const last = readState(context.system.files, context.paths.state);
  const told = last !== undefined && last.pid === pid ? last : undefined;
  const late = told?.killed ?? [];
  const how = cut || !GRACEFUL.includes(result) ? "forced" : howOf(late);
  const ends = { late, ...lingeringIn(told), cancelled: told?.cancelled ?? [], orphans: [] };
  const ms = clock.monotonic() - began;
  return {
    was: pid === undefined ? "not running" : "running",
    ...(pid === undefined ? {} : { pid }),
    how,
    ms,
    ...ends,
    service,
  };
}

function isHeld({ context: { system, paths } }: ServiceWorld): boolean {
  return statOf(system.files, paths.lock) !== undefined && system.locks.isHeld(paths.lock);
}

/**
 * Ends a daemon that does not run as the service, and what one has left behind. In a home of another user root leaves
 * alone what nobody holds: a file that root makes there is one that the service cannot open.
 */
async function stopBeside(world: ServiceWorld, timeoutMs: number | undefined): Promise<StopResult> {
  const { context } = world;
  const { files, host } = context.system;
  const owner = statOf(files, context.paths.home)?.uid;
  if (host.uid === 0 && owner !== undefined && owner !== 0 && !isHeld(world)) {
    return { was: "not running", how: "graceful", ms: 0, late: [], cancelled: [], orphans: [] };
  }
  return await stopDaemon(context, timeoutMs === undefined ? {} : { timeoutMs });
}

/** @returns whether it had to be killed, because the time was over */
async function stopWithin(world: ServiceWorld, target: ServiceTarget, timeoutMs: number | undefined): Promise<boolean> {
  if (timeoutMs === undefined) {
    await tell(world, target, { action: "stop" });
    return false;
  }
  const { late } = await tell(world, target, { action: "stop", limitMs: timeoutMs });
  if (!late) return false;
  await tell(world, target, { action: "kill" });
  await tell(world, target, { action: "stop" }); // Waits for the end of it.
  return true;
}
