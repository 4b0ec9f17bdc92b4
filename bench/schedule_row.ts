/** How long it takes to find when a cron expression comes next, beside croner, which reads the expressions for us. */
import { Cron } from "croner";
import { parseCron } from "../src/base/cron_pattern.ts";
import { cronSchedule } from "../src/schedule/cron.ts";
import { createZones } from "../src/schedule/zone.ts";
import { compare, type Sample } from "./measure.ts";
import type { Row } from "./rows.ts";

const EXPRESSIONS = ["*/15 * * * *", "0 9 * * mon-fri", "30 2 * * *", "*/10 * * * * *", "0 0 13 * fri", "0 0 L * *"];
const ZONES = ["UTC", "Europe/Berlin", "America/New_York"];
const STEPS = 200;

type Next = (time: number) => number | undefined;

/** Microseconds of one step, over every expression in every zone. */
function perStep(nexts: readonly Next[]): Sample {
  return () => {
    const start = performance.now();
    for (const next of nexts) {
      let time: number | undefined = Date.UTC(2026, 2, 28);
      for (let step = 0; step < STEPS && time !== undefined; step++) time = next(time);
      if (time === undefined) throw new Error("a schedule that goes on for ever has ended");
    }
    return Promise.resolve((performance.now() - start) * 1000 / (nexts.length * STEPS));
  };
}

function inEveryZone(make: (text: string, timezone: string) => Next): readonly Next[] {
  return ZONES.flatMap((timezone) => EXPRESSIONS.map((text) => make(text, timezone)));
}

export const CRON: Row = {
  id: "cron",
  what: "the next time of a cron expression ÷ croner's",
  limit: 0.1,
  unit: "×",
  async measure(_lab, { quick }) {
    const zones = createZones();
    const ours = inEveryZone((text, timezone) => cronSchedule(parseCron(text), zones.zone(timezone)).next);
    const base = inEveryZone((text, timezone) => {
      const cron = new Cron(text, { timezone, fixedTimeRule: "no-wildcard" });
      return (time) => cron.nextRun(new Date(time))?.getTime();
    });
    const found = await compare(quick ? 3 : 20, { ours: perStep(ours), base: perStep(base) });
    const detail = `${found.ours.toFixed(2)} µs ÷ ${found.base.toFixed(1)} µs, ${found.pairs} pairs`;
    return { value: found.ratio, detail };
  },
};
