/** How long after their time commands begin, beside cron and systemd's timers. */
import { pause } from "./fifty.ts";
import type { Lab } from "./lab.ts";
import { median } from "./measure.ts";
import type { Figure, Peer, Row } from "./rows.ts";
import { openAppdTimers, type Plan, type Timers, timersCandidates } from "./timers.ts";

const MINUTE = 60_000;

/** Milliseconds since the second that it was due at; with `second` of the minute, since that one. */
function delays(begun: readonly number[], second: number | "*"): number[] {
  return begun.map((time) => second === "*" ? time % 1000 : (time - second * 1000) % MINUTE);
}

/** The value that 99 of 100 do not exceed. */
function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? NaN;
}

interface Sides {
  readonly ours: readonly number[];
  readonly peers: readonly { readonly name: string; readonly delays: readonly number[] | string }[];
}

const shown = (ms: number) => `${ms.toFixed(1)} ms`;
const spread = (all: readonly number[]) => `${shown(median(all))}, p99 ${shown(p99(all))}`;

function figureOf({ ours, peers }: Sides): Figure {
  return {
    value: median(ours),
    detail: `p99 ${shown(p99(ours))}, ${ours.length} starts`,
    peers: peers.map(({ name, delays }): Peer =>
      typeof delays === "string" ? { name, skipped: delays } : {
        name,
        ratio: median(ours) / median(delays),
        detail: `${spread(ours)} ÷ ${spread(delays)}, ${delays.length}`,
      }
    ),
  };
}

/** What each side is asked to do: cron only knows the minute, so the others have seconds of their own when many start. */
interface Plans {
  readonly ours: Plan;
  readonly cron: Plan;
  readonly systemd: Plan;
}

/** For what began late, in milliseconds. */
const GRACE = 1000;

/** From now to the last minute's start, or between the seconds at which many start. Wall times in milliseconds. */
function span({ ours }: Plans, minutes: number): readonly [number, number] {
  const now = Date.now();
  if (ours.second === "*") return [now, now - now % MINUTE + minutes * MINUTE + 3000];
  const from = now - now % 20_000 + 15_000;
  return from < now ? [from + 20_000, from + 20_000 + minutes * MINUTE] : [from, from + minutes * MINUTE];
}

/** Lets all of them work, in so many minutes that each has as many slots. */
async function together(lab: Lab, plans: Plans, minutes: number): Promise<Sides> {
  await using stack = new AsyncDisposableStack();
  const ours = stack.use(await openAppdTimers(lab, plans.ours));
  const peers: { name: string; plan: Plan; timers: Timers | string }[] = [];
  for (const candidate of await timersCandidates(lab)) {
    const plan = candidate.name === "cron" ? plans.cron : plans.systemd;
    if ("skipped" in candidate) peers.push({ name: candidate.name, plan, timers: candidate.skipped });
    else {
      const opened = await candidate.open(lab, plan).catch((error) => `it does not start here (${error.message})`);
      peers.push({ name: candidate.name, plan, timers: typeof opened === "string" ? opened : stack.use(opened) });
    }
  }
  const [from, to] = span(plans, minutes);
  await pause((to + GRACE - Date.now()) / 1000);
  const since = (timers: Timers, { second }: Plan) =>
    delays(timers.begun().filter((time) => time >= from && time < to), second);
  return {
    ours: since(ours, plans.ours),
    peers: peers.map(({ name, plan, timers }) => ({
      name,
      delays: typeof timers === "string" ? timers : since(timers, plan),
    })),
  };
}

export const DELAY: Row = {
  id: "delay",
  what: "from the second at which a job is due to the first instruction of its command, one job each second",
  limit: 15,
  unit: "ms",
  async measure(lab, { quick }) {
    const each: Plan = { copies: 1, second: "*" };
    return figureOf(await together(lab, { ours: each, cron: { copies: 1, second: 0 }, systemd: each }, quick ? 1 : 10));
  },
};

const MANY = 200;

export const DELAY_MANY: Row = {
  id: "delay200",
  what: "the same with 200 jobs at the same second of each minute",
  unit: "ms",
  async measure(lab, { quick }) {
    const at = (second: number): Plan => ({ copies: MANY, second });
    return figureOf(await together(lab, { ours: at(20), cron: at(0), systemd: at(40) }, quick ? 1 : 5));
  },
};
