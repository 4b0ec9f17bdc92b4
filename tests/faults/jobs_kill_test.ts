/** 35: kill -9 around the starts and ends of jobs: each slot has one line and one outcome, and none is started twice. */
import assert from "node:assert/strict";
import { Instance, signal, until } from "../support/instance.ts";
import { type Talk, talkTo } from "./control_socket.ts";
import { chainFaults, faultsOf, missingSeconds, missingTurns } from "./job_audit.ts";
import { notesOf, notingJob, type Row, rowsOf } from "./job_books.ts";
import { type Random, random, sized } from "./seed.ts";

const POINTS = sized(24, 1000);
/** Milliseconds of life after a daemon has begun, at the most. */
const LONGEST = 350;

const EACH = `keep_runs = 1000000\nstop_timeout = "300ms"`;

interface Kind {
  readonly script?: string;
  readonly settings: string;
  /** When it is due; left out at the end, when nothing new is to come. */
  readonly times?: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  beat: { script: "sleep 0.05", times: `every = "1s"`, settings: "" },
  tick: { script: "sleep 0.4", times: `cron = "* * * * * *"`, settings: "" },
  line: { script: "sleep 0.6", times: `cron = "*/2 * * * * *"`, settings: `overlap = "queue"` },
  many: { script: "sleep 1.7", times: `every = "1s"`, settings: `overlap = "allow"` },
  last: { script: "sleep 3", times: `cron = "*/2 * * * * *"`, settings: `overlap = "replace"` },
  flaky: {
    script: `test $(( APPD_RUN_ID % 3 )) -lt $APPD_JOB_ATTEMPT || exit 1`,
    times: `every = "1s"`,
    settings: `retries = 2\nretry_delay = "150ms"\noverlap = "allow"`,
  },
  stuck: { script: "exec sleep 100", times: `every = "2s"`, settings: `timeout = "400ms"` },
  made_up: { times: `cron = "* * * * * *"`, settings: `missed = "all"\nmissed_max = 3\noverlap = "allow"` },
  lazy: { times: `cron = "* * * * * *"`, settings: `missed = "skip"` },
  first: { settings: "run_on_start = true" },
  hand: { script: "sleep 0.1", settings: `overlap = "queue"` },
  after: { settings: `on = "job:beat:ok"` },
  after_that: { script: "sleep 0.1", settings: `on = "job:after:ok"` },
};

function configOf(daemon: Instance, { timed }: { timed: boolean }): string {
  const jobs = Object.entries(KINDS).map(([name, { script, settings, times = "" }]) => {
    const more = timed ? `${times}\n` : "";
    return notingJob(daemon, name, { script: script ?? "", settings: `${more}${settings}\n${EACH}` });
  });
  return `[daemon]\nshutdown_timeout = "4s"\n[scheduler]\nconcurrency = 12\n${jobs.join("")}`;
}

/** Runs a job by hand until the daemon is gone. @returns how often it was said that it runs */
async function handle(talk: Talk, life: { over: boolean }, chance: Random): Promise<number> {
  let promised = 0;
  while (!life.over) {
    await talk.post("/jobs/hand/run").then(() => promised++, () => {}); // It was killed before it could answer.
    await pass(20 + chance.next(300));
  }
  return promised;
}

/** Something is left to chance: when it happens. */
function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How long the daemon lives: any time, or until just after a second has begun, when most is due. */
function lifetime({ next, once }: Random, begunMs: number): number {
  if (once(2)) return next(begunMs + LONGEST);
  return begunMs + 1000 - (Date.now() + begunMs) % 1000 + next(40);
}

/** Milliseconds in which a daemon has begun on this machine, with some to spare. */
async function beginningOf(daemon: Instance): Promise<number> {
  const began = performance.now();
  await daemon.start();
  const begunMs = 1.5 * (performance.now() - began);
  signal(daemon.pid(), "SIGKILL");
  return Math.round(begunMs);
}

/**
 * One daemon from its start to its violent end; sometimes that comes while it stops.
 *
 * @param begunMs milliseconds in which it has begun
 * @returns runs that it has promised to somebody
 */
async function live(daemon: Instance, chance: Random, begunMs: number): Promise<number> {
  const child = daemon.spawn(["run"]);
  const output = child.output();
  const life = { over: false };
  const hands = handle(talkTo(daemon), life, chance);
  await pass(lifetime(chance, begunMs));
  if (chance.once(5)) {
    signal(child.pid, "SIGTERM");
    await pass(chance.next(500));
  }
  signal(child.pid, "SIGKILL");
  life.over = true;
  await output;
  return await hands;
}

const OPEN = ["queued", "running", "retrying"];

/** A last daemon, for which nothing is due any more, brings everything to its end. */
async function bringToEnd(daemon: Instance): Promise<void> {
  daemon.write(configOf(daemon, { timed: false }));
  await daemon.start();
  const open = () => rowsOf(daemon).filter(({ state }) => OPEN.includes(state));
  await until("the end of everything", () => open().length === 0, 60_000);
  const stopped = await daemon.run(["stop"]);
  assert.equal(stopped.code, 0, stopped.stderr);
}

function faultsByJob(rows: readonly Row[]): string[] {
  return Object.entries(KINDS).flatMap(([name, { times = "" }]) => {
    const own = rows.filter(({ job }) => job === name);
    if (times.includes("every")) return missingTurns(own);
    return times.includes("cron") ? missingSeconds(own, { step: times.includes("*/2") ? 2 : 1 }) : [];
  });
}

Deno.test(`35: ${POINTS} times kill -9 around starts and ends of jobs: one outcome for each slot, no second start`, async () => {
  const chance = random("jobs");
  await using daemon = new Instance();
  daemon.write(configOf(daemon, { timed: true }));
  assert.equal((await daemon.run(["config", "check"])).code, 0);
  const begunMs = await beginningOf(daemon);
  let promised = 0;
  for (let point = 0; point < POINTS; point++) promised += await live(daemon, chance, begunMs);
  await daemon.start();
  assert.equal((await daemon.run(["stop"])).code, 0);
  const left = new Set(rowsOf(daemon).map(({ state }) => state));
  assert.ok(!left.has("running"), "an orderly end leaves nothing running");
  await bringToEnd(daemon);
  const rows = rowsOf(daemon);
  const faults = [
    ...faultsOf({ rows, notes: notesOf(daemon) }),
    ...faultsByJob(rows),
    ...chainFaults(rows, { cause: "beat", effect: "after" }),
    ...chainFaults(rows, { cause: "after", effect: "after_that" }),
  ];
  assert.deepEqual(faults, []);
  const kept = rows.filter(({ job }) => job === "hand").length;
  assert.ok(promised > 0 && kept >= promised, `${promised} runs were promised, ${kept} have a line`);
  assert.deepEqual(daemon.programs(), [], "processes are left over");
  const outcomes = Object.groupBy(rows, ({ state }) => state);
  const figures = Object.entries(outcomes).map(([state, all]) => `${all?.length} ${state}`);
  // deno-lint-ignore no-console -- the figures
  console.log(`${POINTS} kills, ${rows.length} lines: ${figures.join(", ")}`);
});
