/** What an app of the kit costs beside appd, and beside an appd that has a job and so a database too. */
import { BINARY, binaryOf, Instance, until } from "../tests/support/instance.ts";
import { residentBytes } from "./jobs.ts";
import { type Lab, runCommand } from "./lab.ts";
import { inTurn, ratioOf, type Sample } from "./measure.ts";
import type { Figure, Peer, Row } from "./rows.ts";

/** The apps of examples/, in the order of their documents. */
const APPS = ["calendarbot", "devtrack", "cco", "mcpeg", "vpo"] as const;
type Side = "appd" | typeof APPS[number];

const ONE_JOB = '[[job]]\nname = "j"\ncommand = ["true"]\nevery = "1h"\n';
/** The worst of the five has to keep it. */
const LIMIT = 1.15;
const SETTLE_MS = 10_000;

/** Compiles the apps where they are older than their sources. */
async function compileApps(): Promise<void> {
  const script = new URL("../scripts/compile.sh", import.meta.url).pathname;
  for (const app of APPS) {
    const entry = new URL(`../examples/${app}/${app}.ts`, import.meta.url).pathname;
    await runCommand("bash", [script, "--if-stale", entry]);
  }
}

function instanceOf(side: Side): Instance {
  return side === "appd" ? new Instance(ONE_JOB) : new Instance("", side);
}

/** @returns a sample for each side */
function samplesOf(sample: (side: Side) => Promise<number>): Readonly<Record<Side, Sample>> {
  const sides: readonly Side[] = ["appd", ...APPS];
  return Object.fromEntries(sides.map((side) => [side, () => sample(side)])) as unknown as Record<Side, Sample>;
}

function figureOf(samples: Readonly<Record<Side, number[]>>, text: (value: number) => string): Figure {
  const ratios = APPS.map((app) => ({ app, ...ratioOf(samples[app], samples.appd) }));
  const peers = ratios.map(({ app, ratio, ours }): Peer => ({ name: `appd, by ${app}`, ratio, detail: text(ours) }));
  const worst = ratios.toSorted((a, b) => b.ratio - a.ratio)[0];
  return {
    value: worst?.ratio ?? NaN,
    detail: `the worst of five, ${worst?.app}: ${text(worst?.ours ?? NaN)} ÷ ${text(worst?.base ?? NaN)}`,
    peers,
  };
}

async function startOf(lab: Lab, side: Side): Promise<number> {
  await using instance = instanceOf(side);
  const binary = side === "appd" ? BINARY : binaryOf(side);
  // Not where we are: devtrack would watch this repository.
  const command = ["/usr/bin/env", "-C", instance.home, binary, "--daemon"];
  const us = Number(await runCommand(lab.tool("timed"), command, instance.env()));
  const { status } = await instance.get("/livez");
  if (status !== 200) throw new Error(`/livez of ${side} answers ${status} after the start`);
  return us;
}

export const APP_START: Row = {
  id: "appstart",
  what: "start of an app of the kit until READY ÷ that of appd with one job",
  limit: LIMIT,
  unit: "×",
  async measure(lab, { quick }) {
    await compileApps();
    const samples = await inTurn(quick ? 3 : 20, samplesOf((side) => startOf(lab, side)));
    return figureOf(samples, (us) => `${(us / 1000).toFixed(0)} ms`);
  },
};

async function idleBytes(side: Side, quick: boolean): Promise<number> {
  await using instance = instanceOf(side);
  await instance.start();
  await until("it is ready", async () => (await instance.get("/livez")).status === 200);
  await new Promise((resolve) => setTimeout(resolve, quick ? SETTLE_MS / 10 : SETTLE_MS));
  return residentBytes(instance.pid());
}

export const APP_MEMORY: Row = {
  id: "appmemory",
  what: "idle memory of an app of the kit ÷ that of appd with one job",
  limit: LIMIT,
  unit: "×",
  async measure(_lab, { quick }) {
    await compileApps();
    const samples = await inTurn(quick ? 1 : 3, samplesOf((side) => idleBytes(side, quick)));
    return figureOf(samples, (bytes) => `${(bytes / 1024 ** 2).toFixed(0)} MiB`);
  },
};
