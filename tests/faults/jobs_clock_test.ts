/** 34: the wall clock goes a year forward, a day back, over the changes of a time zone; 14: the daemon is stopped and goes on. */
import assert from "node:assert/strict";
import { Instance, signal, until } from "../support/instance.ts";
import { faultsOf, missingTurns } from "./job_audit.ts";
import { notesOf, notingJob, type Row, rowsOf } from "./job_books.ts";
import { sized } from "./seed.ts";
import { type ShiftedDaemon, SHIM, startShifted } from "./wall_clock.ts";

const SECOND = 1000;
const HOUR = 3600;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** Lines of a job that are no skips, by their slots. */
function runsOf(rows: readonly Row[], job: string): readonly Row[] {
  return rows.filter((row) => row.job === job && row.state !== "skipped").sort((a, b) => a.slotAt - b.slotAt);
}

/** Slots that a job's lines stand for, in a time. */
function slotsIn(rows: readonly Row[], { job, from, to }: { job: string; from: number; to: number }): number {
  const own = rows.filter((row) => row.job === job && row.slotAt >= from && row.slotAt <= to);
  return own.reduce((sum, { slots }) => sum + slots, 0);
}

const iso = (time: number) => new Date(time).toISOString();
const slotsAsText = (rows: readonly Row[]) => rows.map(({ slotAt }) => iso(slotAt));

/** Waits until a job has had so many runs, also those that are under way. */
async function runs(daemon: Instance, job: string, count: number, limitMs = 15_000): Promise<readonly Row[]> {
  return await until(`${count} runs of ${job}`, () => {
    const all = runsOf(rowsOf(daemon), job);
    return all.length >= count ? all : undefined;
  }, limitMs);
}

const EACH_SECOND = `cron = "* * * * * *"\nkeep_for = "3650d"\noverlap = "allow"`;
/** How many of the slots of a year are made up for. */
const POLICIES = { once: 1, skip: 0, all: 7 };

function jumpConfig(daemon: Instance): string {
  // In UTC, of which the halves of the hours are taken here: where a zone is half an hour off, they are its full ones.
  const hourly = `cron = "0 * * * *"\ntimezone = "UTC"\nkeep_for = "3650d"\nmissed_max = 7\nmissed_window = "1d"`;
  const jobs = Object.keys(POLICIES).map((missed) =>
    notingJob(daemon, missed, { settings: `${hourly}\nmissed = "${missed}"` })
  );
  const second = notingJob(daemon, "second", { settings: `${EACH_SECOND}\nmissed = "skip"` });
  const pace = notingJob(daemon, "pace", { script: "sleep 0.3", settings: `every = "1s"\nkeep_for = "3650d"` });
  return [...jobs, second, pace].join("");
}

/** Milliseconds between the starts of runs, in the order in which they were. */
function gaps(rows: readonly Row[]): number[] {
  const starts = [...rows].sort((a, b) => a.id - b.id).map(({ startedAt }) => startedAt ?? 0);
  return starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
}

/** Gaps that no second, however late, makes: each is a moment at which the clock was set. */
const jumps = (rows: readonly Row[]) => gaps(runsOf(rows, "pace")).filter((gap) => gap < 0 || gap > 20 * SECOND).length;

/** Seconds from the half of this hour to now: what is due at full hours is far from there. */
const pastHalf = () => (Date.now() / SECOND + HOUR / 2) % HOUR;

/** The clock is a year ahead. @returns what was done before, and when */
async function jumpForward(daemon: Instance, shifted: ShiftedDaemon): Promise<void> {
  const began = shifted.now();
  await runs(daemon, "pace", 2);
  const done = runsOf(rowsOf(daemon), "pace").length;
  shifted.set(YEAR - Math.round(pastHalf()));
  await runs(daemon, "pace", done + 3);
  const hours = Math.floor(shifted.now() / SECOND / HOUR) - Math.floor(began / SECOND / HOUR);
  const isTold = (job: string) => slotsIn(rowsOf(daemon), { job, from: began, to: Infinity }) >= hours;
  await until("each hour is accounted for", () => Object.keys(POLICIES).every(isTold));
  const rows = rowsOf(daemon);
  for (const [job, madeUp] of Object.entries(POLICIES)) {
    assert.equal(slotsIn(rows, { job, from: began, to: Infinity }), hours, `slots of ${job}`);
    assert.equal(runsOf(rows, job).length, madeUp, `${job} made up for ${slotsAsText(runsOf(rows, job))}`);
  }
  for (const { durationMs, state } of runsOf(rows, "pace")) {
    const isRight = state !== "ok" || durationMs !== null && durationMs >= 300 && durationMs < 20 * SECOND;
    assert.ok(isRight, `a run took ${durationMs} ms`);
  }
  assert.equal(jumps(rows), 1, `${gaps(runsOf(rows, "pace"))}`);
}

async function jumpBack(daemon: Instance, shifted: ShiftedDaemon): Promise<void> {
  const before = rowsOf(daemon);
  const latest = Math.max(...before.map(({ id }) => id));
  const halfway = shifted.now() - DAY / 2 * SECOND; // What was on its way when the clock was set is of the time before.
  shifted.set(YEAR - DAY - Math.round(pastHalf()));
  await runs(daemon, "pace", runsOf(before, "pace").length + 3);
  const rows = rowsOf(daemon);
  for (const [job, madeUp] of Object.entries(POLICIES)) assert.equal(runsOf(rows, job).length, madeUp, job);
  const again = runsOf(rows, "second").filter(({ id, slotAt }) => id > latest && slotAt < halfway);
  assert.deepEqual(slotsAsText(again), [], "slots that ran a second time");
  assert.equal(jumps(rows), 2, `${gaps(runsOf(rows, "pace"))}`);
}

Deno.test({
  name: "34: the clock goes a year forward, then a day back: the policy once, no slot again, intervals keep their pace",
  ignore: SHIM === undefined,
  async fn() {
    await using daemon = new Instance();
    daemon.write(jumpConfig(daemon));
    await using shifted = startShifted(daemon, -Math.round(pastHalf()));
    await jumpForward(daemon, shifted);
    await jumpBack(daemon, shifted);
    await shifted.stop();
    const rows = rowsOf(daemon);
    assert.deepEqual(missingTurns(rows.filter(({ job }) => job === "pace")), []);
    assert.deepEqual(faultsOf({ rows, notes: notesOf(daemon) }), []);
  },
});

/** Seconds between now and an instant. */
function offsetTo(instant: string): number {
  return Math.round((Date.parse(instant) - Date.now()) / 1000);
}

interface Change {
  readonly what: string;
  /** Moments to be lived through, a few seconds each, one after the other. */
  readonly moments: readonly string[];
  /** Slots in UTC. */
  readonly nightly: readonly string[];
  readonly quarter: readonly string[];
}

/** Berlin goes from 2:00 to 3:00 on 28 March 2027 at 01:00 UTC, and from 3:00 to 2:00 on 31 October 2027 at 01:00 UTC. */
const CHANGES: readonly Change[] = [
  {
    what: "spring: 2:30 is not there",
    moments: ["2027-03-28T00:44:59Z", "2027-03-28T00:59:59Z", "2027-03-28T01:14:59Z", "2027-03-28T01:29:59Z"],
    nightly: ["2027-03-28T01:00:00.000Z"],
    quarter: [
      "2027-03-28T00:45:00.000Z",
      "2027-03-28T01:00:00.000Z",
      "2027-03-28T01:15:00.000Z",
      "2027-03-28T01:30:00.000Z",
    ],
  },
  {
    what: "autumn: 2:30 is there twice",
    moments: ["2027-10-31T00:29:59Z", "2027-10-31T00:44:59Z", "2027-10-31T00:59:59Z", "2027-10-31T01:29:59Z"],
    nightly: ["2027-10-31T00:30:00.000Z"],
    quarter: [
      "2027-10-31T00:30:00.000Z",
      "2027-10-31T00:45:00.000Z",
      "2027-10-31T01:00:00.000Z",
      "2027-10-31T01:30:00.000Z",
    ],
  },
];

/** Lives through the seconds after `moment`: until the job that runs each second has come past the slot in them. */
async function liveThrough(daemon: Instance, shifted: ShiftedDaemon, moment: string): Promise<void> {
  shifted.set(offsetTo(moment));
  const past = Date.parse(moment) + 1000;
  await until(
    `what comes after ${moment}`,
    () => runsOf(rowsOf(daemon), "second").some(({ slotAt }) => slotAt >= past),
  );
}

for (const { what, moments, nightly, quarter } of CHANGES) {
  Deno.test({
    name: `34: ${what}: a fixed time runs once, each quarter of an hour by real time`,
    ignore: SHIM === undefined,
    async fn() {
      await using daemon = new Instance();
      const berlin = `timezone = "Europe/Berlin"\nmissed = "skip"`;
      daemon.write([
        notingJob(daemon, "nightly", { settings: `cron = "30 2 * * *"\n${berlin}` }),
        notingJob(daemon, "quarter", { settings: `cron = "*/15 * * * *"\n${berlin}` }),
        notingJob(daemon, "second", { settings: `cron = "* * * * * *"\nmissed = "skip"` }),
      ].join(""));
      await using shifted = startShifted(daemon, offsetTo(moments[0] ?? "") - 60);
      await runs(daemon, "second", 1); // The first moment comes when it is up, however long that takes.
      for (const moment of moments) await liveThrough(daemon, shifted, moment);
      await shifted.stop();
      const rows = rowsOf(daemon);
      assert.deepEqual(slotsAsText(runsOf(rows, "nightly")), nightly);
      assert.deepEqual(slotsAsText(runsOf(rows, "quarter")), quarter);
      assert.deepEqual(faultsOf({ rows, notes: notesOf(daemon) }), []);
    },
  });
}

/** Seconds that the daemon stands still: longer than the ten that a slot may be late. */
const STANDSTILL = sized(12, 120);

Deno.test(`14: the daemon stands still for ${STANDSTILL} s and goes on: the policy once, no burst, nothing lost`, async () => {
  await using daemon = new Instance();
  const settings = `missed = "all"\nmissed_max = 3\noverlap = "allow"\ncron = "* * * * * *"`;
  daemon.write([
    notingJob(daemon, "once", { settings: `${EACH_SECOND}\nmissed = "once"` }),
    notingJob(daemon, "skip", { settings: `${EACH_SECOND}\nmissed = "skip"` }),
    notingJob(daemon, "all", { settings }),
    notingJob(daemon, "pace", { settings: `every = "1s"` }),
  ].join(""));
  await daemon.start();
  await runs(daemon, "pace", 2);
  const pid = daemon.pid();
  signal(pid, "SIGSTOP");
  const from = Date.now();
  const count = runsOf(rowsOf(daemon), "pace").length;
  await new Promise((resolve) => setTimeout(resolve, STANDSTILL * SECOND)); // Time itself is the fault.
  const until = Date.now();
  signal(pid, "SIGCONT");
  await runs(daemon, "pace", count + 3);
  assert.equal((await daemon.run(["stop"])).code, 0);
  const rows = rowsOf(daemon);
  const still = (job: string) => runsOf(rows, job).filter(({ slotAt }) => slotAt > from && slotAt < until - SECOND);
  for (const job of ["once", "skip", "pace"]) {
    assert.ok(still(job).length <= 1, `${job} made up for ${slotsAsText(still(job))}`);
  }
  assert.ok(still("all").length <= 3 && still("all").length >= 2, `all made up for ${slotsAsText(still("all"))}`);
  for (const job of ["once", "skip", "all"]) {
    const own = rows.filter((row) => row.job === job).map(({ slotAt }) => slotAt);
    const span = { job, from: Math.min(...own), to: Math.max(...own) };
    assert.equal(slotsIn(rows, span), (span.to - span.from) / SECOND + 1, `slots of ${job}`);
  }
  assert.deepEqual(missingTurns(rows.filter(({ job }) => job === "pace")), []);
  assert.deepEqual(faultsOf({ rows, notes: notesOf(daemon) }), []);
});
