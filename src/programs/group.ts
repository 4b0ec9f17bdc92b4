import { type Processes, trySignal } from "../system/processes.ts";
import { type Census, isAlive } from "./census.ts";
import { commandText, type Survivor } from "./events.ts";
import type { Life } from "./state.ts";

type GroupProcesses = Pick<Processes, "kill" | "stat" | "commandLine">;

/**
 * Signals the process group of a life whose main process has not been waited for yet. An adopted one is only signalled
 * after its identity was verified; our own child keeps its PID until we have seen its exit.
 *
 * @returns false when the group is gone, or is not ours to signal any more (EPERM)
 */
export function signalGroup(processes: GroupProcesses, life: Life, signal: Deno.Signal): boolean {
  if (life.pid <= 1) throw new Error(`refused to signal group ${life.pid}`);
  if (life.adopted && processes.stat(life.pid)?.startTime !== life.startTime) return false;
  return trySignal(processes, -life.pid, signal);
}

/**
 * KILL to what is left of a group whose leader has just died; usually that is nobody, and one kill(2) is all that stands
 * between a crash and the next start. A group that still has members keeps its number from being used again. The end of an
 * adopted program is noticed later, so its group must have an old member to be taken for its own.
 *
 * @returns whom it killed
 */
export function clearGroup(processes: GroupProcesses, life: Life, census: Census): Survivor[] {
  if (life.pid <= 1) throw new Error(`refused to signal group ${life.pid}`);
  if (!life.adopted && !trySignal(processes, -life.pid, 0)) return [];
  const left = census.glance().filter((one) => one.pgid === life.pid && one.pid !== life.pid && isAlive(one));
  if (life.adopted && left.length === 0) return [];
  const named = left.map(({ pid }) => ({ pid, command: commandText(processes.commandLine(pid)) }));
  trySignal(processes, -life.pid, "SIGKILL");
  return named;
}
