/** What the rows about jobs share: configurations, and the daemon as the kernel sees it. */
import fs from "node:fs";
import { systemProcesses } from "../src/system/processes.ts";

export const JOBS = 10_000;

/** Jobs of all sorts that are due in hours, days or months: nothing happens while one measures. */
export function jobsText(count: number, command: readonly string[] = ["/bin/true"]): string {
  const times = (n: number) => {
    const clock = `${n % 60} ${(n * 7) % 24}`;
    return ['every = "3h"', `cron = "${clock} 1 1 *"`, `cron = "${clock} 24-26 12 *"`, 'every = "1d"'][n % 4];
  };
  return Array.from({ length: count }, (_, n) => jobText(`job-${n}`, `${times(n)}`, command)).join("\n");
}

export function jobText(name: string, times: string, command: readonly string[]): string {
  return `[[job]]\nname = "${name}"\ncommand = ${JSON.stringify(command)}\n${times}\n`;
}

/** Resident set in bytes, proc_pid_status(5). */
export function residentBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1]) * 1024;
}

/** Clock ticks in a second, sysconf(_SC_CLK_TCK) of Linux. */
const TICKS = 100;

/** CPU seconds that a process has used so far, in steps of 10 ms. */
export function cpuSeconds(pid: number): number {
  return (systemProcesses.stat(pid)?.cpuTicks ?? NaN) / TICKS;
}
