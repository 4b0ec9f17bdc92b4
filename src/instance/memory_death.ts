import type { InstanceState } from "./state_file.ts";

/** Ticks of proc_pid_stat(5) in a second: USER_HZ, the same wherever Linux runs. */
const TICKS_PER_S = 100;
/** How much the kernel log's clock may be off: a part of the time since the boot, and what starts within a moment. */
const DRIFT = 1e-4;
const SLACK_S = 1;

/**
 * The kernel's line, without its time, about killing the process of `state` for want of memory. PIDs come again, and the
 * log goes back for weeks: a line from before the process began is about another one. The log's clock stands still while
 * the machine sleeps, so that after a sleep a line may look too old; then nothing is said.
 *
 * @param log what dmesg(1) prints: `[  12.345678] …`, in seconds since the boot
 */
export function memoryDeath(
  log: string,
  { pid, start_time }: Pick<InstanceState, "pid" | "start_time">,
): string | undefined {
  const began = Number(start_time) / TICKS_PER_S;
  for (const line of log.split("\n").reverse()) {
    const [, time, text = ""] = /^\[ *(\d+\.\d+)\] *(.*)$/.exec(line) ?? [];
    if (!text.includes(`Killed process ${pid} (`)) continue;
    return Number(time) * (1 + DRIFT) + SLACK_S >= began ? text : undefined;
  }
  return undefined;
}
