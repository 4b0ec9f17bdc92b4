import assert from "node:assert/strict";
import type { Change, LedgerQuery } from "./ledger.ts";
import { MemoryLedger } from "./memory_ledger.ts";
import type { Run } from "./run.ts";
import { Bench, CRON, HOUR, jobSpec, MINUTE, settle } from "./testing.ts";

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

Deno.test("a key whose line was lost with the database, after it was found there, is a new one", async () => {
  class ForgettingLedger extends MemoryLedger {
    isOld = true;
    override async record(change: Change): Promise<ReadonlySet<number>> {
      if (this.isOld && change.insert !== undefined) return new Set(change.insert.map(({ id }) => id));
      return await super.record(change);
    }
    override history(query: LedgerQuery): Promise<readonly Run[]> {
      this.isOld = false;
      return super.history(query);
    }
  }
  const bench = await new Bench({ ledger: new ForgettingLedger() }).begin([jobSpec()]);
  const { triggers } = bench.scheduler;
  const { run, duplicate } = await triggers.app(bench.scheduler.job("tick", "trigger"), { key: "k" });
  await settle();
  assert.deepEqual([duplicate, run.number, bench.runner.started.length], [false, 1, 1]);
});
