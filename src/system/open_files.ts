import fs from "node:fs";
import { readable } from "./proc.ts";

/** Whether process `pid` has `path` open; undefined when it may not be looked into, or has no /proc. */
export function hasOpen(pid: number, path: string): boolean | undefined {
  const directory = `/proc/${pid}/fd`;
  const names = readable(() => fs.readdirSync(directory));
  return names?.some((name) => readable(() => fs.readlinkSync(`${directory}/${name}`)) === path);
}

/** PIDs of all processes of this host, as far as /proc shows them, that have `path` open. */
export function holdersOf(path: string): number[] {
  const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.filter((pid) => hasOpen(pid, path) === true);
}

/** Who has a file open on this host, proc_pid_fd(5). */
export const systemOpenFiles = { hasOpen, holdersOf };
