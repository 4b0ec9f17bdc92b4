import fs from "node:fs";

/** Whether process `pid` has `path` open; undefined when it may not be looked into, or has no /proc. */
export function hasOpen(pid: number, path: string): boolean | undefined {
  const directory = `/proc/${pid}/fd`;
  let names: string[];
  try {
    names = fs.readdirSync(directory);
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") return undefined;
    throw error;
  }
  return names.some((name) => linkOf(`${directory}/${name}`) === path);
}

function linkOf(path: string): string | undefined {
  try {
    return fs.readlinkSync(path);
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") return undefined; // closed meanwhile
    throw error;
  }
}

/** PIDs of all processes of this host, as far as /proc shows them, that have `path` open. */
export function holdersOf(path: string): number[] {
  const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.filter((pid) => hasOpen(pid, path) === true);
}

/** Who has a file open on this host, proc_pid_fd(5). */
export const systemOpenFiles = { hasOpen, holdersOf };
