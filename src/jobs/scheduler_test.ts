import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { Bench, calendar, jobSpec, OFFICE, settle } from "./testing.ts";
import type { Change } from "./ledger.ts";
import { MemoryLedger } from "./memory_ledger.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CRON = jobSpec({ cron: "0 * * * *" });

Deno.test("a slot runs at its time, and its outcome is written down", async () => {
  const bench = await new Bench().begin([CRON]);
  await bench.pass(29 * MINUTE);
  assert.equal(bench.runner.started.length, 0);
  await bench.pass(MINUTE);
  assert.equal(bench.runner.started.length, 1);
  assert.deepEqual(await bench.lines(), ["01-05T11:00 running"]);
  bench.runner.started[0]?.end();
  await settle();
  assert.deepEqual(await bench.lines(), ["01-05T11:00 ok"]);
  assert.deepEqual(bench.events.map(({ kind }) => kind), ["job_started", "job_ended"]);
});

Deno.test("an interval begins one interval after it is first seen, and counts its slots", async () => {
  const bench = await new Bench().begin([jobSpec({ every: 20 * MINUTE })]);
  bench.runner.onStop = () => {};
  for (let i = 0; i < 3; i++) {
    await bench.pass(20 * MINUTE);
    bench.runner.started.at(-1)?.end();
    await settle();
  }
  assert.deepEqual(await bench.lines(), ["01-05T10:50 ok", "01-05T11:10 ok", "01-05T11:30 ok"]);
  assert.deepEqual(bench.runner.started.map(({ order }) => order.number), [1, 2, 3]);
});

const OVERLAPS = [
  ["skip", ["01-05T11:00 ok", "01-05T12:00 skipped: run 1 is still running"], 1],
  ["queue", ["01-05T11:00 ok", "01-05T12:00 running"], 2],
  ["replace", ["01-05T11:00 cancelled: replaced by run 2", "01-05T12:00 running"], 2],
  ["allow", ["01-05T11:00 ok", "01-05T12:00 running"], 2],
] as const;

for (const [overlap, lines, started] of OVERLAPS) {
  Deno.test(`overlap ${overlap}`, async () => {
    const bench = await new Bench().begin([{ ...CRON, overlap }]);
    await bench.pass(90 * MINUTE);
    assert.equal(bench.runner.started.length, overlap === "allow" || overlap === "replace" ? 2 : 1);
    bench.runner.started[0]?.end();
    await settle();
    assert.deepEqual(await bench.lines(), lines);
    assert.equal(bench.runner.started.length, started);
  });
}

Deno.test("what is missed while no daemon ran: once", async () => {
  const ledger = await leftAt("10:30", CRON);
  const bench = await new Bench({ ledger, clock: at("14:10") }).begin([CRON]);
  bench.runner.started[0]?.end();
  await settle();
  assert.deepEqual(await bench.lines(), [
    "01-05T11:00 skipped: missed",
    "01-05T12:00 skipped: missed",
    "01-05T13:00 skipped: missed",
    "01-05T14:00 ok",
  ]);
});

Deno.test("what is missed while no daemon ran: skip, also a moment ago", async () => {
  const spec = { ...CRON, missed: "skip" } as const;
  const bench = await new Bench({ ledger: await leftAt("10:30", spec), clock: at("12:01") }).begin([spec]);
  assert.deepEqual(await bench.lines(), ["01-05T11:00 skipped: missed", "01-05T12:00 skipped: missed"]);
});

Deno.test("what is missed while no daemon ran: all, one after the other, the newest within the window", async () => {
  const spec = { ...CRON, missed: "all", missedMax: 2, missedWindow: 3 * HOUR } as const;
  const bench = await new Bench({ ledger: await leftAt("10:30", spec), clock: at("14:10") }).begin([spec]);
  assert.equal(bench.runner.started.length, 1);
  bench.runner.started[0]?.end();
  await settle();
  bench.runner.started[1]?.end();
  await settle();
  assert.deepEqual(await bench.lines(), [
    "01-05T11:00 skipped: missed",
    "01-05T12:00 skipped: missed",
    "01-05T13:00 ok",
    "01-05T14:00 ok",
  ]);
});

Deno.test("a long row of missed slots is a hundred lines and one that counts the rest", async () => {
  const spec = jobSpec({ every: MINUTE });
  const bench = await new Bench({ ledger: await leftAt("10:30", spec), clock: at("20:30") }).begin([spec]);
  const lines = await bench.lines();
  assert.equal(lines.length, 102);
  assert.equal(lines[0], "01-05T10:31 x499 skipped: missed");
  assert.equal(lines.at(-1), "01-05T20:30 running");
});

Deno.test("a stop of the whole machine is no burst: the policy is applied once", async () => {
  const bench = await new Bench().begin([{ ...CRON, cron: "* * * * *" }]);
  bench.clock.jump(5 * HOUR); // As the timers of a stopped process find it.
  bench.scheduler.tick();
  await settle();
  assert.deepEqual(bench.runner.started.map(({ order }) => new Date(order.slotAt).toISOString()), [
    "2026-01-05T15:00:00.000Z",
  ]);
});

Deno.test("a clock set forward: cron slots are missed once, an interval keeps its pace", async () => {
  const interval = jobSpec({ name: "pace", every: 30 * MINUTE });
  const bench = await new Bench().begin([CRON, interval]);
  bench.clock.jump(365 * 24 * HOUR);
  bench.scheduler.tick();
  await settle();
  assert.deepEqual(bench.runner.started.map(({ order }) => order.job.name), ["tick"]);
  await bench.pass(29 * MINUTE);
  assert.equal(bench.runner.started.length, 1);
  await bench.pass(MINUTE);
  assert.deepEqual(bench.runner.started.map(({ order }) => order.job.name), ["tick", "pace"]);
  assert.equal(bench.events.some(({ kind }) => kind === "clock_set"), true);
});

Deno.test("a clock set back by a day: nothing runs a second time", async () => {
  const bench = await new Bench().begin([CRON]);
  bench.runner.onStop = () => {};
  await bench.pass(3 * HOUR);
  for (const run of bench.runner.started) run.end();
  await settle();
  const before = (await bench.lines()).length;
  bench.clock.jump(-24 * HOUR);
  await bench.pass(23 * HOUR);
  assert.equal((await bench.lines()).length, before);
  await bench.pass(2 * HOUR);
  assert.equal((await bench.lines()).length, before + 1);
});

Deno.test("a clock that was wrong by years and is set right: what it says now counts", async () => {
  const clock = new FakeClock(Date.UTC(2030, 0, 1, 10, 30));
  const bench = await new Bench({ clock }).begin([CRON]);
  await bench.pass(HOUR);
  bench.runner.started[0]?.end();
  bench.clock.jump(-4 * 365 * 24 * HOUR);
  await bench.pass(HOUR);
  assert.equal(bench.runner.started.length, 2);
});

Deno.test("after the daemon's death a running one is interrupted and cleared, a waiting one goes on", async () => {
  const ledger = new MemoryLedger();
  const spec = { ...CRON, overlap: "queue" } as const;
  const first = await new Bench({ ledger }).begin([spec]);
  await first.pass(90 * MINUTE);
  assert.deepEqual(await first.lines(), ["01-05T11:00 running", "01-05T12:00 queued: run 1 is still running"]);
  const second = await new Bench({ ledger, clock: at("12:10") }).begin([spec]);
  assert.deepEqual(await second.lines(), [
    "01-05T11:00 interrupted: the daemon died while it ran; what was left of it was ended",
    "01-05T12:00 running",
  ]);
  assert.deepEqual(second.runner.cleared.map(({ pid }) => pid), [1001]);
  assert.equal(second.runner.started[0]?.order.number, 2);
});

Deno.test("retries: each after its delay, in one line, and only the last counts", async () => {
  const bench = await new Bench().begin([{ ...CRON, retries: 2 }]);
  await bench.pass(30 * MINUTE);
  bench.runner.started[0]?.end({ code: 1 });
  await settle();
  assert.deepEqual(await bench.lines(), ["01-05T11:00 retrying"]);
  bench.clock.advance(10_000);
  await settle();
  bench.runner.started[1]?.end({ code: 1 });
  await settle();
  bench.clock.advance(20_000);
  await settle();
  bench.runner.started[2]?.end();
  await settle();
  assert.deepEqual(await bench.lines(), ["01-05T11:00 ok"]);
  assert.deepEqual(bench.runner.started.map(({ order }) => order.attempt), [1, 2, 3]);
});

Deno.test("a run that waits for its next attempt goes on under the next daemon", async () => {
  const ledger = new MemoryLedger();
  const spec = { ...CRON, retries: 1 };
  const first = await new Bench({ ledger }).begin([spec]);
  await first.pass(30 * MINUTE);
  first.runner.started[0]?.end({ code: 1 });
  await settle();
  const second = await new Bench({ ledger, clock: at("11:00") }).begin([spec]);
  second.clock.advance(10_000);
  await settle();
  assert.equal(second.runner.started[0]?.order.attempt, 2);
});

Deno.test("timeout: stopped, and its outcome says so", async () => {
  const bench = await new Bench().begin([{ ...CRON, timeout: 5000 }]);
  await bench.pass(30 * MINUTE);
  bench.clock.advance(5000);
  await settle();
  assert.deepEqual(await bench.lines(), ["01-05T11:00 timeout: did not end within 5s"]);
});

Deno.test("a command that cannot be run is a failed run with the reason", async () => {
  const bench = new Bench();
  bench.runner.refusal = { reason: 'cannot run "./nope": no such file or directory (ENOENT)' };
  await bench.begin([{ ...CRON, retries: 3 }]);
  await bench.pass(30 * MINUTE);
  assert.deepEqual(await bench.lines(), [
    '01-05T11:00 failed: cannot run "./nope": no such file or directory (ENOENT)',
  ]);
});

Deno.test("work hours: skipped outside", async () => {
  const bench = await new Bench({ clock: at("16:30") }).begin([{ ...CRON, outsideHours: "skip" }], { hours: OFFICE });
  await bench.pass(HOUR);
  assert.deepEqual(await bench.lines(), ["01-05T17:00 skipped: outside work hours (9:00 - 17:00)"]);
});

Deno.test("work hours: deferred to the next opening, once", async () => {
  const bench = await new Bench({ clock: at("16:30") }).begin([{ ...CRON, outsideHours: "defer" }], { hours: OFFICE });
  await bench.pass(2 * HOUR);
  assert.deepEqual(await bench.lines(), [
    "01-05T17:00 queued: outside work hours (9:00 - 17:00)",
    "01-05T18:00 skipped: outside work hours (9:00 - 17:00), a run waits for them already",
  ]);
  await bench.pass(14 * HOUR);
  await bench.pass(31 * MINUTE);
  assert.equal(bench.runner.started.length, 1);
  assert.equal(bench.runner.started[0]?.order.number, 1);
});

Deno.test("paused: slots are skipped with the reason, by hand it still runs, and it survives the daemon", async () => {
  const ledger = new MemoryLedger();
  const bench = await new Bench({ ledger }).begin([CRON]);
  await bench.scheduler.pause(null);
  await bench.pass(HOUR);
  assert.deepEqual(await bench.lines(), ["01-05T11:00 skipped: paused"]);
  assert.equal((await bench.scheduler.triggers.run(bench.scheduler.job("tick", "run"))).state, "running");
  const next = await new Bench({ ledger, clock: at("11:30") }).begin([CRON]);
  await next.pass(HOUR);
  assert.equal((await next.lines()).at(-1), "01-05T12:00 skipped: paused");
  await next.scheduler.resume();
  await next.pass(HOUR);
  assert.equal((await next.lines()).at(-1), "01-05T13:00 running");
});

Deno.test("a pause until a time ends by itself", async () => {
  const bench = await new Bench().begin([CRON]);
  await bench.scheduler.pause(bench.clock.now() + 45 * MINUTE, "tick");
  await bench.pass(2 * HOUR);
  assert.deepEqual(await bench.lines(), ["01-05T11:00 skipped: paused", "01-05T12:00 running"]);
});

Deno.test("concurrency and pools: what has no place waits for one, in order", async () => {
  const specs = ["a", "b", "c"].map((name) => ({ ...CRON, name, pool: "db" }));
  const bench = await new Bench().begin(specs, { pools: { db: 1 } });
  await bench.pass(30 * MINUTE);
  assert.deepEqual(bench.runner.started.map(({ order }) => order.job.name), ["a"]);
  bench.runner.started[0]?.end();
  await settle();
  bench.runner.started[1]?.end();
  await settle();
  assert.deepEqual(bench.runner.started.map(({ order }) => order.job.name), ["a", "b", "c"]);
  assert.deepEqual(bench.scheduler.desk.load, { inFlight: 1, queued: 0 });
});

Deno.test("the outcome of a job triggers another, in the same change of the books", async () => {
  const follower = jobSpec({ name: "report", on: [{ kind: "job", job: "tick", outcome: "ok" }] });
  const bench = await new Bench().begin([CRON, follower]);
  await bench.pass(30 * MINUTE);
  bench.runner.started[0]?.end({ code: 1 });
  await settle();
  assert.equal(bench.runner.started.length, 1);
  await bench.pass(HOUR);
  bench.runner.started[1]?.end();
  await settle();
  assert.equal(bench.runner.started[2]?.order.job.name, "report");
  assert.equal(bench.runner.started[2]?.order.cause.variables.APPD_TRIGGER_OUTCOME, "ok");
});

Deno.test("an event that is told twice is one slot", async () => {
  const bench = await new Bench().begin([jobSpec({ on: [{ kind: "git", repository: "r" }], overlap: "queue" })]);
  const slot = {
    key: "git:r:abc",
    at: bench.clock.now(),
    cause: { kind: "git", detail: null, variables: {} },
  } as const;
  await bench.scheduler.triggers.repository("r", slot);
  await bench.scheduler.triggers.repository("r", slot);
  await bench.scheduler.triggers.repository("other", slot);
  await settle();
  assert.equal(bench.runner.started.length, 1);
  assert.deepEqual(bench.scheduler.desk.load, { inFlight: 1, queued: 0 });
});

Deno.test("an event that is told again while its run ends does not run again, though it was not known yet", async () => {
  class SlowLedger extends MemoryLedger {
    readonly held: (() => void)[] = [];
    isSlow = false;
    override async record(change: Change): Promise<ReadonlySet<number>> {
      if (this.isSlow && change.insert !== undefined && change.insert.length > 0) {
        await new Promise<void>((resolve) => this.held.push(resolve));
      }
      return await super.record(change);
    }
  }
  const ledger = new SlowLedger();
  const on = [{ kind: "git", repository: "r" }] as const;
  const bench = await new Bench({ ledger }).begin([jobSpec({ on, overlap: "queue" })]);
  const cause = { kind: "git", detail: null, variables: {} } as const;
  const slot = { key: "git:r:abc", at: bench.clock.now(), cause };
  await bench.scheduler.triggers.repository("r", slot);
  ledger.isSlow = true;
  const again = bench.scheduler.triggers.repository("r", slot);
  bench.runner.started[0]?.end();
  await settle();
  ledger.held.forEach((go) => go());
  await again;
  await settle();
  assert.equal(bench.runner.started.length, 1);
  assert.deepEqual(bench.scheduler.desk.load, { inFlight: 0, queued: 0 });
});

Deno.test("the app's own code triggers a job whatever it listens to; one key is one run", async () => {
  const bench = await new Bench().begin([jobSpec({ overlap: "queue" })]);
  const { triggers } = bench.scheduler;
  const tick = bench.scheduler.job("tick", "trigger");
  const calls = await Promise.all([1, 2].map(() => triggers.app(tick, { key: "k", payload: "a\0b" })));
  assert.deepEqual(calls.map(({ duplicate }) => duplicate), [false, true]);
  assert.equal(calls[0]?.run.id, calls[1]?.run.id);
  assert.deepEqual(bench.runner.started.map(({ order }) => order.cause), [
    { kind: "app", detail: null, variables: { APPD_TRIGGER_PAYLOAD: "ab" } },
  ]);
});

Deno.test("a job that is switched off or paused is not run by the app's own code", async () => {
  const bench = await new Bench().begin([jobSpec({ enabled: false }), jobSpec({ name: "rest" })]);
  const trigger = (name: string) => bench.scheduler.triggers.app(bench.scheduler.job(name, "trigger"), { key: "k" });
  await assert.rejects(trigger("tick"), /cannot trigger "tick": the configuration has switched it off/);
  await bench.scheduler.pause(null, "rest");
  const { run } = await trigger("rest");
  assert.deepEqual([run.state, run.reason], ["skipped", "paused"]);
});

Deno.test("a webhook with one key twice is one run, and both callers hear of it", async () => {
  const bench = await new Bench().begin([jobSpec({ on: [{ kind: "webhook" }] })]);
  const payload = { body: '{"a":"b\0"}', contentType: "application/json" };
  const call = (body = payload.body) =>
    bench.scheduler.triggers.webhook(bench.scheduler.job("tick", "trigger"), {
      key: "k1",
      payload: { ...payload, body },
    });
  const [first, again] = [await call(), await call("another")];
  assert.deepEqual([first.duplicate, again.duplicate, again.run.id], [false, true, first.run.id]);
  assert.deepEqual(bench.runner.started.map(({ order }) => order.cause.variables), [
    { APPD_WEBHOOK_BODY: '{"a":"b"}', APPD_WEBHOOK_CONTENT_TYPE: "application/json" },
  ]);
  assert.throws(() => bench.scheduler.job("nope", "trigger"), /there is no such job/);
});

Deno.test("the dead man: alerted when nothing has ended well in time, and again when it has", async () => {
  const bench = await new Bench().begin([{ ...CRON, deadline: 10 * MINUTE }]);
  await bench.pass(30 * MINUTE);
  bench.runner.started[0]?.end({ code: 1 });
  await bench.pass(9 * MINUTE);
  assert.equal(bench.scheduler.job("tick", "see").overdueSince, null);
  await bench.pass(2 * MINUTE);
  assert.notEqual(bench.scheduler.job("tick", "see").overdueSince, null);
  await bench.pass(HOUR);
  bench.runner.started[1]?.end();
  await settle();
  assert.equal(bench.scheduler.job("tick", "see").overdueSince, null);
  assert.deepEqual(bench.events.map(({ kind }) => kind).filter((kind) => /overdue|recovered/.test(kind)), [
    "job_overdue",
    "job_recovered",
  ]);
});

Deno.test("the dead man under the next daemon: an interrupted run and missed slots are waited for too", async () => {
  const ledger = new MemoryLedger();
  const spec = { ...CRON, deadline: 10 * MINUTE, missed: "skip" } as const;
  const first = await new Bench({ ledger }).begin([spec]);
  await first.pass(31 * MINUTE);
  const second = await new Bench({ ledger, clock: at("11:05") }).begin([spec]);
  await second.pass(6 * MINUTE);
  assert.equal(second.scheduler.job("tick", "see").overdueSince, Date.parse("2026-01-05T11:10:00Z"));
  const missed = await new Bench({ ledger: await leftAt("10:30", spec), clock: at("11:05") }).begin([spec]);
  await missed.pass(6 * MINUTE);
  assert.deepEqual(missed.events.map(({ kind }) => kind), ["job_skipped", "job_overdue"]);
});

Deno.test("a job that was switched off has missed nothing", async () => {
  const bench = await new Bench().begin([CRON]);
  bench.apply([{ ...CRON, enabled: false }]);
  await bench.pass(3 * HOUR);
  bench.apply([CRON]);
  await settle();
  assert.deepEqual(await bench.lines(), []);
  await bench.pass(HOUR);
  assert.deepEqual(await bench.lines(), ["01-05T14:00 running"]);
});

Deno.test("cancel: one that runs is stopped, one that waits is taken out", async () => {
  const bench = await new Bench().begin([{ ...CRON, overlap: "queue" }]);
  await bench.pass(90 * MINUTE);
  bench.scheduler.desk.cancel(2, "cancelled by hand");
  bench.scheduler.desk.cancel(1, "cancelled by hand");
  await settle();
  assert.deepEqual(await bench.lines(), [
    "01-05T11:00 cancelled: cancelled by hand",
    "01-05T12:00 cancelled: cancelled by hand",
  ]);
  assert.equal(bench.runner.started.length, 1);
});

Deno.test("shutdown: what ends in time is ok, what does not is cancelled, what waits is left to the next", async () => {
  const slow = { ...CRON, name: "slow" };
  const bench = await new Bench().begin([CRON, slow, jobSpec({ name: "later", cron: "x", pool: "p" })], {
    pools: { p: 0 },
  });
  await bench.pass(30 * MINUTE);
  const drained = bench.scheduler.drain(30_000);
  bench.runner.started[0]?.end();
  await settle();
  bench.clock.advance(26_999);
  await settle();
  assert.deepEqual(bench.runner.started[1]?.stops, [], "the time belongs to the work");
  bench.clock.advance(1);
  await drained;
  assert.deepEqual(bench.runner.started[1]?.stops, [2500]);
  assert.deepEqual(await bench.lines(), ["01-05T11:00 ok"]);
  assert.deepEqual(await bench.lines("slow"), [
    "01-05T11:00 cancelled: the daemon was stopped before it had ended",
  ]);
  assert.match((await bench.lines("later"))[0] ?? "", /queued/);
  await assert.rejects(bench.scheduler.triggers.run(bench.scheduler.job("tick", "run")), /stopping/);
});

Deno.test("shutdown: a job that stops quickly has more of the time, and a short time is shared in the same way", async () => {
  for (const [stopTimeout, ms, cancelAt, stop] of [[300, 30_000, 29_200, 300], [10_000, 1000, 900, 50]] as const) {
    const bench = await new Bench().begin([{ ...CRON, stopTimeout }]);
    await bench.pass(30 * MINUTE);
    const drained = bench.scheduler.drain(ms);
    bench.clock.advance(cancelAt - 1);
    await settle();
    assert.deepEqual(bench.runner.started[0]?.stops, []);
    bench.clock.advance(1);
    await drained;
    assert.deepEqual(bench.runner.started[0]?.stops, [stop]);
  }
});

Deno.test("reload: a job that goes lets its run end and loses what waits; a new interval counts from the last slot", async () => {
  const bench = await new Bench().begin([{ ...CRON, overlap: "queue" }, jobSpec({ name: "pace", every: HOUR })]);
  await bench.pass(90 * MINUTE);
  bench.apply([jobSpec({ name: "pace", every: 40 * MINUTE })]);
  await settle();
  assert.match((await bench.lines()).at(-1) ?? "", /cancelled: the job was taken out/);
  bench.runner.started[0]?.end();
  await settle();
  assert.match((await bench.lines())[0] ?? "", /ok/);
  assert.deepEqual(bench.scheduler.list().map(({ spec }) => spec.name), ["pace"]);
  assert.equal(bench.scheduler.dueOf("pace"), bench.clock.now() - 30 * MINUTE + 40 * MINUTE);
});

Deno.test("ten thousand jobs in one hour: each once, in the order of their times", async () => {
  const jobs = Array.from({ length: 10_000 }, (_, i) => jobSpec({ name: `j${i}`, every: HOUR }));
  const bench = await new Bench({ timing: calendar(HOUR) }).begin(jobs, { concurrency: 20_000 });
  await bench.pass(HOUR);
  assert.equal(new Set(bench.runner.started.map(({ order }) => order.job.name)).size, 10_000);
});

/** The books as a daemon leaves them that saw `spec` for the first time at a time of day. */
async function leftAt(time: string, spec: typeof CRON): Promise<MemoryLedger> {
  const ledger = new MemoryLedger();
  await new Bench({ ledger, clock: at(time) }).begin([spec]);
  return ledger;
}

function at(time: string): FakeClock {
  return new FakeClock(Date.parse(`2026-01-05T${time}:00Z`));
}

Deno.test("only jobs that time alone can change are looked at each second, and none is forgotten", async () => {
  const plain = jobSpec({ name: "plain", every: 3_600_000 });
  const bench = await new Bench().begin([plain, jobSpec({ name: "vital", critical: true })]);
  assert.deepEqual(bench.scheduler.critical.map(({ spec }) => spec.name), ["vital"]);
  await bench.scheduler.pause(bench.clock.now() + 5000, "plain");
  await bench.pass(6000);
  bench.scheduler.tick();
  assert.equal(bench.scheduler.job("plain", "look at").pause, null, "its pause is over");
  bench.scheduler.apply({ jobs: [{ ...plain, critical: true }], scheduler: bench.scheduler.spec });
  assert.deepEqual(bench.scheduler.critical.map(({ spec }) => spec.name), ["plain"]);
});
