import type { UsageProcesses } from "../system/process_usage.ts";
import type { ProcessStat } from "../system/processes.ts";
import { type Root, treesOf } from "./tree.ts";

/** Milliseconds after which every process is read again, those that belong to no program included. */
const REVIEW = 60_000;

/**
 * Reads the process trees of all programs in one pass over /proc.
 *
 * A process that belongs to no program is read once and then passed over: it cannot join a tree later, since parents,
 * sessions and groups only lead to where a process came from. Its PID may come to be another's, which costs at least a
 * whole round of PIDs, so all are read again once a minute, and whenever there is a new main process.
 */
export class Sampler {
  readonly #processes: UsageProcesses;
  /** PIDs of processes that belong to no program. */
  #strangers = new Set<number>();
  #reviewed = -Infinity;
  #roots = "";

  constructor(processes: UsageProcesses) {
    this.#processes = processes;
  }

  /**
   * Who belongs to which program, see {@link treesOf}. Throws node's error when descriptors run out.
   *
   * @param now monotonic milliseconds
   */
  look(roots: readonly Root[], now: number): Map<string, ProcessStat[]> {
    if (roots.length === 0) return new Map();
    this.#review(roots, now);
    const all: ProcessStat[] = [];
    const strangers = new Set<number>();
    for (const pid of this.#processes.pids()) {
      if (this.#strangers.has(pid)) {
        strangers.add(pid);
        continue;
      }
      const times = this.#processes.times(pid);
      if (times !== undefined) all.push(times);
    }
    const trees = treesOf(roots, all);
    for (const { pid } of all) strangers.add(pid);
    for (const tree of trees.values()) for (const { pid } of tree) strangers.delete(pid);
    this.#strangers = strangers;
    return trees;
  }

  #review(roots: readonly Root[], now: number): void {
    const key = roots.map(({ pid, startTime }) => `${pid} ${startTime}`).join();
    if (key === this.#roots && now - this.#reviewed < REVIEW) return;
    this.#roots = key;
    this.#reviewed = now;
    this.#strangers.clear();
  }
}
