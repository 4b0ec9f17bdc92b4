import assert from "node:assert/strict";
import type { JobSpec } from "./job_spec.ts";
import { Bench, type FakeRun, jobSpec, settle } from "./testing.ts";

const AHEAD = "the code of run 1, which ignored its signal, still runs";
const SECOND = 1000;

/** A job whose first run ignores its signal; `end` lets its code end. */
async function deaf(more: Partial<JobSpec>): Promise<{ bench: Bench; end: () => Promise<void> }> {
  const bench = new Bench();
  const { promise, resolve } = Promise.withResolvers<void>();
  bench.runner.onStop = (run) => run.letGo(promise);
  await bench.begin([jobSpec(more)]);
  return { bench, end: () => (resolve(), settle()) };
}

async function trigger(bench: Bench): Promise<void> {
  await bench.scheduler.triggers.run(bench.scheduler.job("tick", "run"));
  await settle();
}

/** Told as waiting: `run 2: …`. */
function told({ events }: Bench): string[] {
  return events.flatMap((event) => event.kind === "job_queued" ? [`run ${event.run.id}: ${event.because}`] : []);
}

function attempts({ runner: { started } }: Bench): string[] {
  return started.map(({ order }: FakeRun) => `run ${order.runId}, attempt ${order.attempt}`);
}

Deno.test("an attempt that waits for the code of the one before is none, and says once what it waits for", async () => {
  const { bench, end } = await deaf({ timeout: 3 * SECOND, retries: 2, retryDelay: SECOND, overlap: "queue" });
  await trigger(bench);
  await bench.pass(3 * SECOND);
  await bench.pass(60 * SECOND);
  const [job] = bench.scheduler.list();
  const [active] = job?.active.values() ?? [];
  const waiting = active?.kind === "execution" ? active.execution.run : undefined;
  assert.deepEqual([waiting?.state, waiting?.attempts, waiting?.reason], ["retrying", 1, AHEAD]);
  assert.deepEqual(told(bench), [`run 1: ${AHEAD}`]);
  assert.equal(bench.events.filter(({ kind }) => kind === "job_retrying").length, 1);
  await end();
  await bench.pass(SECOND);
  bench.runner.started[1]?.end();
  await settle();
  assert.deepEqual(attempts(bench), ["run 1, attempt 1", "run 1, attempt 2"]);
  assert.equal(job?.lastRun?.attempts, 2);
});

Deno.test("a run that waits in line for such code begins with its first attempt when that has ended", async () => {
  const { bench, end } = await deaf({ timeout: SECOND, overlap: "queue" });
  await trigger(bench);
  await trigger(bench);
  await bench.pass(SECOND);
  await trigger(bench);
  assert.deepEqual(told(bench), ["run 2: run 1 is still running", `run 2: ${AHEAD}`, `run 3: ${AHEAD}`]);
  assert.deepEqual(bench.scheduler.desk.waiting().map(({ reason }) => reason), [AHEAD, AHEAD]);
  assert.deepEqual(attempts(bench), ["run 1, attempt 1"]);
  await end();
  assert.deepEqual(attempts(bench), ["run 1, attempt 1", "run 2, attempt 1"]);
});

Deno.test("where runs may not wait, a slot is skipped while such code runs; where they may overlap, it is no matter", async () => {
  const skip = await deaf({ timeout: SECOND });
  await trigger(skip.bench);
  await skip.bench.pass(SECOND);
  await trigger(skip.bench);
  assert.deepEqual((await skip.bench.lines()).at(-1), `01-05T10:30 skipped: ${AHEAD}`);
  const allow = await deaf({ timeout: SECOND, overlap: "allow" });
  await trigger(allow.bench);
  await allow.bench.pass(SECOND);
  await trigger(allow.bench);
  assert.deepEqual(attempts(allow.bench), ["run 1, attempt 1", "run 2, attempt 1"]);
});

Deno.test("a job that is taken out and comes back still knows of its code", async () => {
  const { bench } = await deaf({ timeout: SECOND, overlap: "queue" });
  await trigger(bench);
  await bench.pass(SECOND);
  bench.apply([]);
  await bench.pass(SECOND);
  bench.apply([jobSpec({ overlap: "queue" })]);
  await trigger(bench);
  assert.deepEqual(attempts(bench), ["run 1, attempt 1"]);
});
