import fs from "node:fs";

/** The soft limit of open files in the text of /proc/self/limits, proc_pid_limits(5); undefined when it names none. */
export function parseOpenFilesLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** How many descriptors this process may have open, RLIMIT_NOFILE; undefined where there is no /proc. */
export function openFilesLimit(): number | undefined {
  try {
    return parseOpenFilesLimit(fs.readFileSync("/proc/self/limits", "utf8"));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}
