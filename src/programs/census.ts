import type { Clock } from "../system/clock.ts";
import type { Processes, ProcessStat } from "../system/processes.ts";
import { MARK_VARIABLE } from "./environment.ts";

/** One process and what ties it to a program. */
export interface Inhabitant extends ProcessStat {
  /** Value of the mark in its environment. */
  readonly mark: string | undefined;
  /** What its stdout and stderr are open on. */
  readonly outputs: readonly string[];
}

type CensusProcesses = Pick<Processes, "self" | "list" | "outputs" | "environment">;

const PREFIX = `${MARK_VARIABLE}=`;
/** Milliseconds for which a look at all processes is shared, and that a fresh look waits for others who want one. */
const SHARED = 10;

/** Counts the processes of this host, once for everyone who asks at about the same time. */
export class Census {
  readonly #processes: CensusProcesses;
  readonly #clock: Pick<Clock, "monotonic" | "after">;
  #last: { at: number; stats: ProcessStat[] } | undefined;
  #next: Promise<Inhabitant[]> | undefined;

  constructor(processes: CensusProcesses, clock: Pick<Clock, "monotonic" | "after">) {
    this.#processes = processes;
    this.#clock = clock;
  }

  /** All processes but us as of now or a few milliseconds ago. */
  glance(): readonly ProcessStat[] {
    const now = this.#clock.monotonic();
    if (this.#last === undefined || now - this.#last.at > SHARED) {
      this.#last = { at: now, stats: othersOf(this.#processes) };
    }
    return this.#last.stats;
  }

  /** All processes but us as of some time after the call. Rejects with what node throws, for want of descriptors. */
  fresh(): Promise<readonly Inhabitant[]> {
    this.#next ??= new Promise((resolve, reject) => {
      this.#clock.after(SHARED, () => {
        this.#next = undefined;
        try {
          resolve(takeCensus(this.#processes));
        } catch (error) {
          reject(error);
        }
      });
    });
    return this.#next;
  }
}

/**
 * Whoever was started out of a program, by hand in a terminal that it serves, has its mark and perhaps its session. A
 * daemon, or a command that ends what a dead one left, is not a part of a program for all that.
 */
function othersOf(processes: Pick<CensusProcesses, "self" | "list">): ProcessStat[] {
  return processes.list().filter(({ pid }) => pid !== processes.self);
}

/** A full look at every process but us. Kernel threads and zombies are left out. */
export function takeCensus(processes: CensusProcesses): Inhabitant[] {
  return othersOf(processes).filter(isAlive).map((stat) => ({
    ...stat,
    mark: processes.environment(stat.pid).find((entry) => entry.startsWith(PREFIX))?.slice(PREFIX.length),
    outputs: processes.outputs(stat.pid),
  }));
}

/** A process that can still do something; a zombie waits for its parent, and kernel threads have no group. */
export function isAlive(stat: ProcessStat): boolean {
  return stat.state !== "Z" && stat.state !== "X" && stat.pgid !== 0;
}

/** `from` and everything that descends from it, by the chain of parents. */
export function withDescendants<T extends ProcessStat>(from: readonly T[], all: readonly T[]): T[] {
  const found = new Map(from.map((one) => [one.pid, one]));
  for (let grew = true; grew;) {
    grew = false;
    for (const one of all) {
      if (found.has(one.pid) || !found.has(one.ppid)) continue;
      found.set(one.pid, one);
      grew = true;
    }
  }
  return [...found.values()];
}
