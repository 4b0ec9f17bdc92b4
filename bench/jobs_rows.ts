/** What ten thousand jobs cost that are not due, beside a daemon without any. */
import fs from "node:fs";
import { join } from "node:path";
import { Instance } from "../tests/support/instance.ts";
import { pause } from "./fifty.ts";
import { cpuSeconds, JOBS, jobsText, residentBytes } from "./jobs.ts";
import { type Lab, runCommand } from "./lab.ts";
import { compare, median, type Ratio, ratioOf, type Sample } from "./measure.ts";
import type { Figure, Row } from "./rows.ts";

/** An instance with all the jobs, and one with none. */
function openBoth(): AsyncDisposable & Record<"full" | "empty", Instance> {
  const [full, empty] = [new Instance(jobsText(JOBS)), new Instance()];
  return {
    full,
    empty,
    async [Symbol.asyncDispose]() {
      await full[Symbol.asyncDispose]();
      await empty[Symbol.asyncDispose]();
    },
  };
}

function command(lab: Lab, instance: Instance, words: readonly string[]): Sample {
  return async () => Number(await runCommand(lab.tool("timed"), [lab.appd, ...words], instance.env()));
}

function startsOf(lab: Lab, instance: Instance, isCold: boolean): Sample {
  const start = command(lab, instance, ["start"]);
  return async () => {
    if (isCold) {
      for (const end of ["", "-wal", "-shm"]) fs.rmSync(join(instance.home, `appd.db${end}`), { force: true });
    }
    const us = await start();
    await instance.run(["stop"]);
    return us;
  };
}

function figureOf({ ratio, ours, base, pairs }: Ratio): Figure {
  const ms = (us: number) => (us / 1000).toFixed(0);
  return { value: ratio, detail: `${ms(ours)} ms ÷ ${ms(base)} ms, ${pairs} pairs` };
}

async function startFigure(lab: Lab, pairs: number, isCold: boolean): Promise<Figure> {
  await using both = openBoth();
  const [ours, base] = [startsOf(lab, both.full, isCold), startsOf(lab, both.empty, isCold)];
  return figureOf(await compare(pairs, { ours, base }));
}

export const START_JOBS: Row = {
  id: "startjobs",
  what: "`appd start` with 10,000 jobs ÷ without any",
  limit: 12,
  unit: "×",
  measure: (lab, { quick }) => startFigure(lab, quick ? 2 : 11, false),
};

export const FIRST_JOBS: Row = {
  id: "firstjobs",
  what: "the same for the first time: the database is made",
  limit: 14,
  unit: "×",
  measure: (lab, { quick }) => startFigure(lab, quick ? 2 : 11, true),
};

export const STATUS_JOBS: Row = {
  id: "statusjobs",
  what: "`appd status --json` with 10,000 jobs ÷ without any",
  limit: 15,
  unit: "×",
  async measure(lab, { quick }) {
    await using both = openBoth();
    for (const one of [both.full, both.empty]) await one.start();
    const status = (one: Instance) => command(lab, one, ["status", "--json"]);
    return figureOf(await compare(quick ? 3 : 21, { ours: status(both.full), base: status(both.empty) }));
  },
};

/** V8 takes stock half a minute after a start, once; that is the start's, not the idle daemon's. */
const settle = (quick: boolean) => pause(quick ? 5 : 45);

export const IDLE_JOBS: Row = {
  id: "idlejobs",
  what: "CPU of the daemon with 10,000 jobs that are due much later, of one processor",
  limit: 0.3,
  unit: "%",
  async measure(_lab, { quick }) {
    await using both = openBoth();
    for (const one of [both.full, both.empty]) await one.start();
    const pids = [both.full.pid(), both.empty.pid()];
    await settle(quick);
    const [seconds, began] = [quick ? 10 : 60, performance.now()];
    const before = pids.map(cpuSeconds);
    await pause(seconds);
    const wall = (performance.now() - began) / 1000;
    const [full = NaN, empty = NaN] = pids.map((pid, n) => (cpuSeconds(pid) - (before[n] ?? NaN)) / wall * 100);
    return {
      value: full,
      detail: `${(full / empty).toFixed(2)} × the ${empty.toFixed(3)} % of one without jobs beside it, in ${seconds} s`,
    };
  },
};

export const MEMORY_JOBS: Row = {
  id: "memoryjobs",
  what: "memory that the daemon grows by with each of 10,000 jobs",
  limit: 12,
  unit: "KB",
  async measure(_lab, { quick }) {
    const [full, empty]: [number[], number[]] = [[], []];
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      await using both = openBoth();
      for (const one of [both.full, both.empty]) await one.start();
      await settle(quick);
      full.push(residentBytes(both.full.pid()));
      empty.push(residentBytes(both.empty.pid()));
    }
    const { ratio, ours, base } = ratioOf(full, empty);
    const each = median(full.map((bytes, round) => (bytes - (empty[round] ?? NaN)) / JOBS / 1000));
    const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    return { value: each, detail: `${mb(ours)} ÷ ${mb(base)} resident, ${ratio.toFixed(2)} ×` };
  },
};
