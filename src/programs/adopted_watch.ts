import type { Clock, Timer } from "../system/clock.ts";
import type { Processes, ProcessIdentity } from "../system/processes.ts";

/** Milliseconds between two looks. */
const LOOK = 100;

/**
 * Notices the end of processes that are not our children, whom wait(2) does not know: looks at their identity ten times
 * a second. A zombie has ended; its new parent may take its time.
 */
export class AdoptedWatch {
  readonly #clock: Pick<Clock, "every">;
  readonly #processes: Pick<Processes, "stat">;
  readonly #watched = new Map<ProcessIdentity, () => void>();
  #timer: Timer | undefined;

  constructor(clock: Pick<Clock, "every">, processes: Pick<Processes, "stat">) {
    this.#clock = clock;
    this.#processes = processes;
  }

  /** Calls `onEnd` once, when the process has ended. */
  add(identity: ProcessIdentity, onEnd: () => void): void {
    this.#watched.set(identity, onEnd);
    this.#timer ??= this.#clock.every(LOOK, () => this.#look());
  }

  #look(): void {
    for (const [identity, onEnd] of this.#watched) {
      if (!this.#hasEnded(identity)) continue;
      this.#watched.delete(identity);
      onEnd();
    }
    if (this.#watched.size > 0) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #hasEnded(identity: ProcessIdentity): boolean {
    try {
      const stat = this.#processes.stat(identity.pid);
      return stat === undefined || stat.startTime !== identity.startTime || stat.state === "Z" || stat.state === "X";
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === "EMFILE" || code === "ENFILE") return false; // No descriptor to look with: nothing is known.
      throw error;
    }
  }
}
