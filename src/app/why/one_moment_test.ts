import assert from "node:assert/strict";
import type { HealthStatus } from "../../base/health_reports.ts";
import type { StatusReport } from "../../base/status_report.ts";
import { ofOneMoment } from "./one_moment.ts";

/** A daemon that is in one state after the other, one at each question; the last one stays. */
async function told(...turns: readonly HealthStatus[]) {
  let asked = 0;
  const next = () => turns[Math.min(asked++, turns.length - 1)] ?? "healthy";
  const { status, checks } = await ofOneMoment({
    status: () => Promise.resolve({ health: next() } as StatusReport),
    health() {
      const status = next();
      const basket = { ok: status === "healthy", critical: true, latency_ms: 0 };
      return Promise.resolve({ status, checks: { basket } });
    },
  });
  return { health: status.health, isOk: checks["basket"]?.ok, asked };
}

Deno.test("a check that turns between two answers has both asked again", async () => {
  assert.deepEqual(await told("healthy"), { health: "healthy", isOk: true, asked: 2 });
  assert.deepEqual(await told("healthy", "degraded"), { health: "degraded", isOk: false, asked: 4 });
  assert.deepEqual(await told("degraded", "healthy"), { health: "healthy", isOk: true, asked: 4 });
});

Deno.test("one that turns all the time is asked three times", async () => {
  const turns = Array.from({ length: 10 }, (_, turn) => turn % 2 === 0 ? "healthy" as const : "degraded" as const);
  assert.equal((await told(...turns)).asked, 6);
});
