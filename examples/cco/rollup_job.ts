import type { Job } from "../../src/mod.ts";
import type { Settings } from "./settings.ts";

/** Keeps the database small: every hour old requests become sums. */
export const ROLLUP: Job<Settings> = {
  name: "rollup",
  every: "1h",
  runOnStart: true,
  missed: "once",
  async run({ store, clock, config, log }) {
    const { rollUp } = await import("./rollup.ts");
    const { detail, retention } = config.analytics;
    const { requests, hours } = await rollUp(store, { now: clock.now(), detail, retention });
    if (requests + hours > 0) log.info("rolled up", { requests, forgotten_hours: hours });
  },
};
