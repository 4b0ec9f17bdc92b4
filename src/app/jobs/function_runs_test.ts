import assert from "node:assert/strict";
import { SILENT } from "../../base/logger.ts";
import { IN_DAEMON, type RunEnd, type RunProcess } from "../../jobs/runner.ts";
import { FakeClock } from "../../system/fake_clock.ts";
import { FunctionRuns } from "./function_runs.ts";
import type { FunctionWork } from "./function_work.ts";
import { orderOf, shellJob } from "./testing.ts";

/** Lets promise reactions that are due run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

function setUp(call: FunctionWork["call"], more: Parameters<typeof shellJob>[1] = {}) {
  const clock = new FakeClock();
  const warnings: string[] = [];
  const log = { ...SILENT, warn: (message: string) => void warnings.push(message) };
  const runs = new FunctionRuns({ clock, log, bootId: "boot" });
  const work: FunctionWork = { kind: "function", mark: "", call };
  const job = shellJob("", { overlap: "skip", stopTimeout: 3000, ...more });
  return { clock, warnings, start: (id = 1): RunProcess => runs.start(orderOf(job, id), work) };
}

const FAILED: RunEnd = { exit: null, output: "", leftovers: [] };

Deno.test("a function that returns ended well, and has no process", async () => {
  const { clock, start } = setUp(async () => {});
  const run = start();
  assert.deepEqual(run.identity, { runId: 1, job: "job", pid: 0, startTime: IN_DAEMON, bootId: "boot" });
  assert.deepEqual(await run.ended, { exit: { code: 0 }, output: "", leftovers: [] });
  assert.equal(clock.pending, 0);
});

Deno.test("it begins after its start was told", async () => {
  const seen: string[] = [];
  const { start } = setUp(() => Promise.resolve(void seen.push("runs")));
  const run = start();
  seen.push("started");
  await run.ended;
  assert.deepEqual(seen, ["started", "runs"]);
});

Deno.test("one that is stopped before it has begun never begins, and nobody waits for it", async () => {
  const { clock, start } = setUp(() => Promise.reject(new Error("it began")));
  const run = start();
  run.stop();
  assert.deepEqual(await run.ended, FAILED);
  assert.equal(clock.pending, 0);
});

Deno.test("what it throws, at once or later, is the reason and the output", async () => {
  const thrown = new Error("no disk");
  const later = setUp(() => Promise.reject(thrown));
  const atOnce = setUp(() => {
    throw thrown;
  });
  for (const { start } of [later, atOnce]) {
    assert.deepEqual(await start().ended, { ...FAILED, reason: "no disk", output: "no disk" });
  }
  assert.equal((await setUp(() => Promise.reject(new Error())).start().ended).reason, "it threw without a message");
});

Deno.test("a stop aborts its signal; what that makes it throw says nothing", async () => {
  const { clock, start } = setUp((_order, signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
  );
  const run = start();
  await settle();
  run.stop();
  assert.deepEqual(await run.ended, FAILED);
  assert.equal(clock.pending, 0, "nobody waits for it any more");
});

Deno.test("one that ignores its signal is let go after its stop_timeout, or what is given", async () => {
  const { clock, start } = setUp(() => new Promise(() => {}));
  const run = start();
  await settle(); // Its code has begun.
  run.stop();
  let ended: RunEnd | undefined;
  void run.ended.then((end) => ended = end);
  clock.advance(2999);
  await settle();
  assert.equal(ended, undefined);
  run.stop(10_000); // A longer patience changes nothing.
  clock.advance(1);
  await settle();
  const { lingers, ...end } = ended as RunEnd | undefined ?? FAILED;
  assert.deepEqual(end, { ...FAILED, leftovers: [{ pid: 0, command: "its code" }] });
  assert.ok(lingers instanceof Promise);
});

Deno.test("the end of one that was let go says when its code has ended after all, and the log too", async () => {
  const hang = Promise.withResolvers<void>();
  const { clock, start, warnings } = setUp(() => hang.promise);
  const run = start(7);
  await settle();
  run.stop(0);
  clock.advance(0);
  let hasEnded = false;
  void (await run.ended).lingers?.then(() => hasEnded = true);
  await settle();
  assert.deepEqual([hasEnded, warnings], [false, []]);
  hang.resolve();
  await settle();
  assert.deepEqual([hasEnded, warnings], [true, ["the code of a run that was let go has ended"]]);
});
