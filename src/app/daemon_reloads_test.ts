import assert from "node:assert/strict";
import { SILENT } from "../base/logger.ts";
import type { HealthStatus } from "../base/health_reports.ts";
import type { ReloadResult } from "../base/reload_reports.ts";
import { nextTurn } from "../system/clock.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { until } from "../system/until.ts";
import { DaemonReloads } from "./daemon_reloads.ts";
import { createLifecycle } from "./lifecycle_machine.ts";

const GOOD: ReloadResult = { ok: true, changes: [], error: null };

/** Reloads of a ready daemon; each waits until the test ends it. */
function setUp({ worst = "healthy" as HealthStatus, isReady = true } = {}) {
  const ready = Promise.withResolvers<void>();
  const lifecycle = createLifecycle(() => ready.resolve());
  if (isReady) lifecycle.dispatch("started");
  const begun: PromiseWithResolvers<ReloadResult>[] = [];
  const noted: string[] = [];
  const live = {
    trialUntil: undefined as number | undefined,
    reload() {
      const one = Promise.withResolvers<ReloadResult>();
      begun.push(one);
      return one.promise;
    },
  };
  const reloads = new DaemonReloads({
    ...{ clock: new FakeClock(), log: SILENT, live, lifecycle, begun: ready.promise },
    health: { worst: () => worst as "healthy" | "degraded" },
    journal: { note: ({ kind }) => void noted.push(kind) },
  });
  const begins = (count: number) => until(`reload ${count} begins`, () => begun.length === count);
  return { reloads, lifecycle, live, begun, begins, noted };
}

Deno.test("calls share a reload that has not begun, and no other", async () => {
  const { reloads, begun, begins } = setUp();
  const first = reloads.reload();
  await begins(1);
  const [second, third] = [reloads.reload(), reloads.reload()];
  assert.equal(begun.length, 1, "the first has begun, and may have read what was there before");
  assert.equal(second, third);
  assert.notEqual(reloads.reload({ confirmMs: 1000 }), third, "one that is taken back again is another matter");
  begun[0]?.resolve(GOOD);
  assert.equal(await first, GOOD);
});

Deno.test("one that fails is remembered, and holds up nobody behind it", async () => {
  const { reloads, begun, begins, lifecycle, live, noted } = setUp();
  assert.equal(reloads.status(), null);
  const [first, second] = [reloads.reload({ confirmMs: 1 }), reloads.reload()];
  await begins(1);
  assert.equal(lifecycle.state, "reloading");
  begun[0]?.resolve({ ok: false, changes: [], error: "line 1" });
  assert.equal((await first).ok, false);
  assert.deepEqual([reloads.status()?.ok, reloads.status()?.error], [false, "line 1"]);
  await begins(2);
  begun[1]?.resolve(GOOD);
  assert.equal((await second).ok, true);
  live.trialUntil = Date.UTC(2025, 10, 1);
  assert.deepEqual([reloads.status()?.ok, reloads.status()?.confirm_until], [true, "2025-11-01T00:00:00.000Z"]);
  assert.deepEqual([lifecycle.state, noted.length], ["ready", 2]);
});

Deno.test("a daemon that is unwell is degraded again behind a reload, and one that stops takes none", async () => {
  const { reloads, begun, begins, lifecycle } = setUp({ worst: "degraded" });
  const reload = reloads.reload();
  await begins(1);
  begun[0]?.resolve(GOOD);
  await reload;
  assert.equal(lifecycle.state, "degraded");
  lifecycle.dispatch("stop");
  assert.equal((await reloads.reload()).error, "cannot reload while stopping");
  assert.equal(begun.length, 1);
});

Deno.test("one that comes while the daemon starts waits until it has started", async () => {
  const { reloads, begun, begins, lifecycle } = setUp({ isReady: false });
  const reload = reloads.reload();
  await nextTurn();
  assert.deepEqual([lifecycle.state, begun.length], ["starting", 0]);
  lifecycle.dispatch("started");
  await begins(1);
  begun[0]?.resolve(GOOD);
  assert.deepEqual([(await reload).ok, lifecycle.state], [true, "ready"]);
});
