import { nextTurn } from "../system/clock.ts";
import { VirtualClock } from "../system/virtual_clock.ts";

/** Turns of the event loop in which code that does not wait for the outside comes to rest. */
const TURNS = 5;

/** A clock that stands still until the test moves it. */
export class TestClock extends VirtualClock {
  /**
   * Moves the time forward, timer by timer, and lets each one's consequences happen before the next. What waits for the
   * disk or the database may come a moment later: wait for it with {@link until}.
   *
   * @param ms milliseconds
   */
  async pass(ms: number): Promise<void> {
    const end = this.monotonic() + ms;
    for (let next = this.untilNext; next !== undefined && this.monotonic() + next <= end; next = this.untilNext) {
      this.advance(next);
      await settle();
    }
    this.advance(Math.max(0, end - this.monotonic()));
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
}
