import type { Processes, ProcessIdentity } from "../system/processes.ts";
import type { Rounds, Seat } from "./rounds.ts";

/** Milliseconds between two looks. */
const LOOK = 250;
/** Looks from one at the whole identity to the next. */
const THOROUGH = 4;

/**
 * Notices the end of processes that are not our children, whom wait(2) does not know: asks four times a second whether
 * the PID is there, which is one system call, and once a second whether it is still the same process. A zombie has ended;
 * its new parent may take its time.
 */
export class AdoptedWatch {
  readonly #rounds: Rounds;
  readonly #processes: Pick<Processes, "stat" | "kill">;
  readonly #watched = new Map<ProcessIdentity, () => void>();
  #seat: Seat | undefined;
  #looks = 0;

  constructor(rounds: Rounds, processes: Pick<Processes, "stat" | "kill">) {
    this.#rounds = rounds;
    this.#processes = processes;
  }

  /** Calls `onEnd` once, when the process has ended. */
  add(identity: ProcessIdentity, onEnd: () => void): void {
    this.#watched.set(identity, onEnd);
    this.#seat ??= this.#rounds.join(() => {
      if (this.#seat !== undefined) this.#look(); // Not before add() has returned.
      return LOOK;
    });
  }

  #look(): void {
    const thorough = ++this.#looks % THOROUGH === 0;
    for (const [identity, onEnd] of this.#watched) {
      if (!(this.#isGone(identity) || (thorough && this.#hasEnded(identity)))) continue;
      this.#watched.delete(identity);
      onEnd();
    }
    if (this.#watched.size > 0) return;
    this.#seat?.[Symbol.dispose]();
    this.#seat = undefined;
  }

  #isGone({ pid }: ProcessIdentity): boolean {
    try {
      return !this.#processes.kill(pid, 0);
    } catch (error) {
      if ((error as { code?: string }).code === "EPERM") return false; // Another user's by now, or it never was ours.
      throw error;
    }
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
