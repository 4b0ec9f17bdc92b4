import type { Processes, ProcessStat } from "../system/processes.ts";

/** Clock ticks in a second, sysconf(_SC_CLK_TCK), which Linux fixed at 100 for user space. */
const TICKS = 100;
/** Milliseconds that a percentage is measured over at least. */
const SPAN = 500;

/** What a process uses; null when it cannot be known. */
export interface Usage {
  readonly cpuPercent: number | null;
  readonly rssBytes: number | null;
}

/**
 * CPU and memory of a main process, measured when somebody asks: the share of one CPU since somebody last asked, or since
 * the start. Totals of the process tree, and their history, would be gathered here.
 */
export class UsageMeter {
  readonly #processes: Pick<Processes, "stat">;
  #last: { pid: number; ticks: number; at: number; percent: number } | undefined;

  constructor(processes: Pick<Processes, "stat">) {
    this.#processes = processes;
  }

  /** @param now and `startedMono` in monotonic milliseconds */
  measure(process: { pid: number; startedMono: number } | undefined, now: number): Usage {
    const stat = process === undefined ? undefined : this.#stat(process.pid);
    if (process === undefined || stat === undefined) return { cpuPercent: null, rssBytes: null };
    const last = this.#last?.pid === process.pid
      ? this.#last
      : { pid: process.pid, ticks: 0, at: process.startedMono, percent: 0 };
    const span = now - last.at;
    if (span < SPAN && this.#last === last) return { cpuPercent: last.percent, rssBytes: stat.rssBytes };
    const share = span <= 0 ? 0 : (stat.cpuTicks - last.ticks) / TICKS / (span / 1000);
    const percent = Math.max(0, Math.round(share * 1000) / 10);
    this.#last = { pid: process.pid, ticks: stat.cpuTicks, at: now, percent };
    return { cpuPercent: percent, rssBytes: stat.rssBytes };
  }

  #stat(pid: number): ProcessStat | undefined {
    try {
      return this.#processes.stat(pid);
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === "EMFILE" || code === "ENFILE") return undefined;
      throw error;
    }
  }
}
