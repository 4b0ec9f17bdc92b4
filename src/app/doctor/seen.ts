import { dirname } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import type { ProcessSeen } from "../../doctor/scene.ts";
import type { Files, FileStat } from "../../system/files.ts";
import type { Processes } from "../../system/processes.ts";

/** What `look` gives; undefined where the host says no: what cannot be seen is no reason to stop looking. */
export function unlessRefused<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** What is at a path itself; undefined when nothing is, or nothing that we can reach. */
export function statOf(files: Pick<Files, "stat">, path: string): FileStat | undefined {
  return unlessRefused(() => files.stat(path));
}

/** What a path leads to. */
export function targetOf(files: Pick<Files, "stat" | "realPath">, path: string): FileStat | undefined {
  return unlessRefused(() => files.stat(files.realPath(path)));
}

/** The nearest directory above `path`, or itself, that is there. */
export function standing(files: Pick<Files, "stat" | "realPath">, path: string): string {
  let at = path;
  while (targetOf(files, at) === undefined && dirname(at) !== at) at = dirname(at);
  return at;
}

export function processSeen(processes: Pick<Processes, "stat" | "commandLine">, pid: number): ProcessSeen | undefined {
  const stat = processes.stat(pid);
  if (stat === undefined || stat.state === "Z") return undefined;
  return { pid, command: processes.commandLine(pid)[0] ?? "unknown" };
}
