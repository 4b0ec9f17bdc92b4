import { VirtualClock } from "./virtual_clock.ts";

/** The clock of tests. */
export class FakeClock extends VirtualClock {
  constructor(now = Date.UTC(2025, 10, 1, 10, 30)) {
    super(now);
  }
}
