import type { Processes } from "../system/processes.ts";
import type { Census } from "./census.ts";
import type { Life } from "./state.ts";

type GroupProcesses = Pick<Processes, "kill" | "stat">;

/**
 * Signals the process group of a life whose main process has not been waited for yet. An adopted one is only signalled
 * after its identity was verified; our own child keeps its PID until we have seen its exit.
 *
 * @returns false when the group is gone, or is not ours to signal any more (EPERM)
 */
export function signalGroup(processes: GroupProcesses, life: Life, signal: Deno.Signal): boolean {
  if (life.pid <= 1) throw new Error(`refused to signal group ${life.pid}`);
  if (life.adopted && processes.stat(life.pid)?.startTime !== life.startTime) return false;
  return send(processes, -life.pid, signal) || signalBefore(processes, life, signal);
}

/** One of many that were started just now may not have made its group yet, see sessionTool. */
function signalBefore(processes: GroupProcesses, life: Life, signal: Deno.Signal): boolean {
  const isThere = processes.stat(life.pid)?.startTime === life.startTime;
  return isThere && send(processes, life.pid, signal);
}

/**
 * KILL to what is left of a group whose leader has just died; one kill(2) and nothing else stands between a crash and the
 * next start. A group that still has members keeps its number from being used again. The end of an adopted program is
 * noticed later, so its group must have an old member to be taken for its own.
 */
export function clearGroup(processes: GroupProcesses, life: Life, census: Census): boolean {
  if (life.pid <= 1) throw new Error(`refused to signal group ${life.pid}`);
  if (life.adopted && !census.glance().some((one) => one.pgid === life.pid && one.pid !== life.pid)) return false;
  return send(processes, -life.pid, "SIGKILL");
}

function send(processes: GroupProcesses, pid: number, signal: Deno.Signal): boolean {
  try {
    return processes.kill(pid, signal);
  } catch (error) {
    if ((error as { code?: string }).code === "EPERM") return false;
    throw error;
  }
}
