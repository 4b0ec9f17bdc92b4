import { readFileSync } from "node:fs";
import process from "node:process";

/** Sends a signal to a command and what it started; gone is as good as ended. */
export function endGroup(pid: number | undefined, signal: "SIGTERM" | "SIGKILL"): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as { code?: string }).code !== "ESRCH") throw error;
  }
}

/** What tells a process from every other before and after it: PID and start time, proc(5). Null where there is no proc. */
export function markOf(pid: number | undefined): string | null {
  if (pid === undefined) return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${pid}:${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return null; // It has ended, or this is another system.
  }
}

/** Ends a command that outlived its daemon, which was killed. @returns whether there was one */
export function endStray(mark: string | null): boolean {
  const pid = Number(mark?.split(":")[0]);
  if (mark === null || !(pid > 1) || markOf(pid) !== mark) return false;
  endGroup(pid, "SIGKILL");
  return true;
}
