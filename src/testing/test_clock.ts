import { nextTurn } from "../system/clock.ts";
import { VirtualClock } from "../system/virtual_clock.ts";

/** Turns of the event loop in which code that does not wait for the outside comes to rest. */
const TURNS = 3;

/** A clock that stands still until the test moves it. */
export class TestClock extends VirtualClock {
  /** @param now wall time in milliseconds at which it begins. Default 2025-11-01T10:30:00Z */
  constructor(now = Date.UTC(2025, 10, 1, 10, 30)) {
    super(now);
  }

  /** Resolves when the database has answered what it was asked; undefined when it was asked nothing. */
  settled: () => Promise<void> | undefined = () => undefined;

  /**
   * Moves the time forward, timer by timer, and lets each one's consequences happen before the next: code, and what it
   * asks of the database. What waits for the disk or the network may come a moment later: wait for it with {@link until}.
   *
   * @param ms milliseconds
   */
  async pass(ms: number): Promise<void> {
    const end = this.monotonic() + ms;
    for (let next = this.untilNext; next !== undefined && this.monotonic() + next <= end; next = this.untilNext) {
      this.advance(next);
      await this.#settle();
    }
    this.advance(Math.max(0, end - this.monotonic()));
    await this.#settle();
  }

  async #settle(): Promise<void> {
    await turns();
    for (let answer = this.settled(); answer !== undefined; answer = this.settled()) {
      await answer;
      await turns(); // What it answers may lead to another question.
    }
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
}
