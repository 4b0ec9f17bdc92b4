import type { Clock, Timer } from "../system/clock.ts";
import type { Fifos } from "../system/fifo.ts";
import type { Wait } from "./pace.ts";

/** Milliseconds of the grid on which looks fall together that are at least so far apart. */
const GRID = 250;
/** The part of its wait by which a look may come early, to share a wake-up with another one. */
const EARLY = 0.25;

/** A place in the rounds; disposing gives it up. */
export interface Seat extends Disposable {
  /** Has the next look within so many milliseconds. */
  hasten(ms: number): void;
}

interface Visit {
  readonly look: (now: number) => Wait;
  /** Monotonic milliseconds. */
  earliest: number;
  due: number;
  left: boolean;
}

/**
 * One timer for everyone who has to look at something from time to time. Waking up costs an idle process more than the
 * look itself, so those who look seldom do it together.
 */
export class Rounds {
  readonly #clock: Pick<Clock, "monotonic" | "after">;
  readonly #nextTurn: Fifos["nextTurn"];
  readonly #visits = new Set<Visit>();
  #timer: Timer | undefined;
  #armedFor = Infinity;

  constructor(clock: Pick<Clock, "monotonic" | "after">, { nextTurn }: Pick<Fifos, "nextTurn">) {
    this.#clock = clock;
    this.#nextTurn = nextTurn;
  }

  /**
   * Looks now, or in `first` milliseconds, and again as often as `look` says, which gets the monotonic time in
   * milliseconds. It must not throw.
   */
  join(look: (now: number) => Wait, first?: number): Seat {
    const visit: Visit = { look, earliest: 0, due: 0, left: false };
    this.#visits.add(visit);
    const now = this.#clock.monotonic();
    if (first === undefined) this.#visit(visit, now);
    else this.#plan(visit, first, now);
    if (visit.due < this.#armedFor) this.#arm();
    return {
      hasten: (ms) => {
        if (visit.due < this.#clock.monotonic() + ms || visit.due === Infinity) return;
        this.#plan(visit, ms, this.#clock.monotonic());
        this.#arm();
      },
      [Symbol.dispose]: () => {
        visit.left = true;
        this.#visits.delete(visit);
        if (this.#visits.size === 0) this.#disarm();
      },
    };
  }

  #visit(visit: Visit, now: number): void {
    const wait = visit.look(now);
    if (visit.left) return;
    if (wait === "now") return this.#goOn(visit);
    // One that came early keeps its place in the grid.
    this.#plan(visit, wait, visit.due === Infinity ? now : Math.max(now, visit.due));
  }

  /** Visits again in the next turn of the event loop. */
  #goOn(visit: Visit): void {
    visit.earliest = visit.due = Infinity;
    this.#nextTurn(() => {
      if (visit.left) return;
      this.#visit(visit, this.#clock.monotonic());
      this.#arm();
    });
  }

  #plan(visit: Visit, wait: number, from: number): void {
    visit.due = from + wait;
    if (wait >= GRID) visit.due = Math.max(onGrid(visit.due, wait), onGrid(from, GRID) + GRID);
    visit.earliest = visit.due - Math.min(wait, GRID) * EARLY;
  }

  #round(): void {
    this.#disarm();
    const now = this.#clock.monotonic();
    for (const visit of this.#visits) if (visit.earliest <= now) this.#visit(visit, now);
    this.#arm();
  }

  #arm(): void {
    let due = Infinity;
    for (const visit of this.#visits) if (visit.due < due) due = visit.due;
    if (due === this.#armedFor) return;
    this.#disarm();
    if (due === Infinity) return;
    this.#armedFor = due;
    this.#timer = this.#clock.after(Math.max(0, Math.ceil(due - this.#clock.monotonic())), () => this.#round());
  }

  #disarm(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#armedFor = Infinity;
  }
}

/** The last point of the grid up to `at` that everyone with this wait shares. */
function onGrid(at: number, wait: number): number {
  let step = GRID;
  while (2 * step <= wait) step *= 2;
  return Math.floor(at / step) * step;
}
