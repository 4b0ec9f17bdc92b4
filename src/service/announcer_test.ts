import assert from "node:assert/strict";
import type { DaemonState } from "../base/lifecycle.ts";
import { SILENT } from "../base/logger.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { SchedulerStatus } from "../base/scheduler_status.ts";
import { VirtualClock } from "../system/virtual_clock.ts";
import { Announcer } from "./announcer.ts";
import type { StatusFacts } from "./status_line.ts";

const START = Date.parse("2025-11-01T10:00:00Z");

/** An announcer on a wire that always works, and a daemon whose state the test sets. */
function lab(options: { watchdogMs?: number } = {}) {
  const clock = new VirtualClock(START);
  const sent: string[] = [];
  const errors: string[] = [];
  let facts: StatusFacts | Error = {
    ...{ state: "starting", programs: [], jobs: [], problems: [], last_reload: null, shutdown: null },
    scheduler: { paused: false } as SchedulerStatus,
  };
  const announcer = new Announcer({
    clock,
    log: { ...SILENT, error: (message) => void errors.push(message) },
    wire: { send: (text) => Promise.resolve(void sent.push(text)), [Symbol.dispose]() {} },
    monotonicMicroseconds: () => 123_456_789n,
    watchdogMs: options.watchdogMs,
  });
  announcer.follow({
    timezone: () => "UTC",
    facts() {
      if (facts instanceof Error) throw facts;
      return facts;
    },
  });
  const set = (more: Partial<StatusFacts> | Error) =>
    void (facts = more instanceof Error ? more : { ...facts, ...more });
  return {
    clock,
    announcer,
    errors,
    set,
    async turn(state: DaemonState, more: Partial<StatusFacts> = {}) {
      const from = (facts as StatusFacts).state;
      set({ state });
      announcer.changed(from, state);
      set(more);
      await quiet();
    },
    /** Moves the time, and gives what was sent meanwhile. */
    async during(ms: number): Promise<string[]> {
      for (let left = ms; left > 0; left -= 250) {
        clock.advance(Math.min(250, left));
        await quiet();
      }
      return this.take();
    },
    take: () => sent.splice(0),
  };
}

async function quiet(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

const stopsIn = (ms: number) => ({
  shutdown: { began_at: "", remaining: ["programs"], deadline: new Date(START + ms).toISOString() },
});

Deno.test("a life: starting, ready, reloaded, stopped", async () => {
  const t = lab();
  await quiet();
  assert.deepEqual(t.take(), ["STATUS=starting"]);
  await t.turn("ready");
  await t.turn("reloading");
  await t.turn("ready");
  await t.turn("stopping", stopsIn(30_000));
  await t.announcer[Symbol.asyncDispose]();
  assert.deepEqual(t.take(), [
    "READY=1\nSTATUS=ready: nothing to run",
    "RELOADING=1\nMONOTONIC_USEC=123456789\nSTATUS=reloading",
    "READY=1\nSTATUS=ready: nothing to run",
    "STOPPING=1\nEXTEND_TIMEOUT_USEC=20000000\nSTATUS=stopping: waiting for programs",
  ]);
  assert.equal(t.clock.pending, 0);
});

Deno.test("a start that takes long asks for time, and not for ever", async () => {
  const t = lab();
  assert.deepEqual(await t.during(10_000), ["STATUS=starting", ...Array(2).fill("EXTEND_TIMEOUT_USEC=20000000")]);
  const long = await t.during(20 * 60_000);
  assert.equal(long.length, 177, "every 5 s of what is left of 15 min");
  assert.equal(long.at(-1), "EXTEND_TIMEOUT_USEC=5000000");
});

Deno.test("a daemon that is ready asks for no time, which would shorten its life where that is limited", async () => {
  const t = lab();
  await t.turn("ready");
  t.take();
  assert.deepEqual(await t.during(60_000), []);
});

Deno.test("a shutdown gets its own time and five seconds more", async () => {
  const t = lab();
  await t.turn("stopping", stopsIn(12_000));
  t.take();
  assert.deepEqual((await t.during(60_000)).filter((text) => text.startsWith("EXTEND")), [
    "EXTEND_TIMEOUT_USEC=12000000",
    "EXTEND_TIMEOUT_USEC=7000000",
    "EXTEND_TIMEOUT_USEC=2000000",
  ]);
});

Deno.test("the status is told when it has changed, once a second at most", async () => {
  const t = lab();
  await t.turn("ready");
  t.take();
  for (let i = 0; i < 20; i++) {
    t.set({ programs: Array(i).fill({ state: "running", ready: true } as ProgramStatus) });
    t.clock.advance(100);
  }
  await quiet();
  assert.deepEqual(t.take(), ["STATUS=ready: 9 programs", "STATUS=ready: 19 programs"]);
  assert.deepEqual(await t.during(30_000), []);
});

Deno.test("a health that changes is told as status, not as a new start", async () => {
  const t = lab();
  await t.turn("ready");
  t.take();
  await t.turn("degraded", { problems: ["web: in crash_loop"] });
  assert.deepEqual(await t.during(2000), ["STATUS=degraded: web: in crash_loop"]);
  await t.turn("reloading");
  await t.turn("ready");
  await t.turn("degraded");
  assert.deepEqual(t.take().at(-1)?.split("\n")[0], "READY=1");
});

Deno.test("the watchdog hears us at half of its time, in every state", async () => {
  const t = lab({ watchdogMs: 4000 });
  const beats = async (ms: number) => (await t.during(ms)).filter((text) => text === "WATCHDOG=1").length;
  assert.equal(await beats(20_000), 10);
  for (const state of ["ready", "degraded", "reloading"] as const) {
    await t.turn(state);
    assert.equal(await beats(20_000), 10, state);
  }
});

Deno.test("the watchdog hears nothing from a daemon that cannot say how it is, until it can", async () => {
  const t = lab({ watchdogMs: 2000 });
  await t.turn("ready");
  t.take();
  t.set(new Error("a bug"));
  assert.deepEqual(await t.during(10_000), []);
  assert.deepEqual(t.errors, ["cannot report to the service manager"]);
});

Deno.test("the watchdog hears nothing from a shutdown that is overdue", async () => {
  const t = lab({ watchdogMs: 2000 });
  await t.turn("stopping", stopsIn(10_000));
  const beats = (await t.during(60_000)).filter((text) => text === "WATCHDOG=1").length;
  assert.equal(beats, 15, "10 s of its own and 5 s of margin");
});

Deno.test("without a watchdog nothing beats", async () => {
  const t = lab();
  await t.turn("ready");
  t.take();
  assert.deepEqual(await t.during(120_000), []);
});
