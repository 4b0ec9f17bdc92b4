import fs from "node:fs";
import { readable } from "./proc.ts";

/** The file that a process executes, ` (deleted)` behind it when it was replaced: proc_pid_exe(5). Undefined when hidden. */
export function executableOf(pid: number): string | undefined {
  return readable(() => fs.readlinkSync(`/proc/${pid}/exe`));
}

/** The path without links; undefined when nothing is there that can be reached. */
export function resolved(path: string): string | undefined {
  return readable(() => fs.realpathSync(path));
}
