import type { Files } from "./files.ts";

/**
 * Milliseconds since the machine was booted, also those in which it slept: CLOCK_BOOTTIME of clock_gettime(2), as
 * proc_uptime(5) tells it. Undefined where there is no /proc.
 */
export function sinceBoot(files: Pick<Files, "readText">): number | undefined {
  try {
    const seconds = Number.parseFloat(files.readText("/proc/uptime"));
    return Number.isFinite(seconds) ? seconds * 1000 : undefined;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}
