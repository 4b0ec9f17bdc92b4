import assert from "node:assert/strict";
import type { ProgramStatus } from "../../base/program_reports.ts";
import { FakeClock } from "../../system/fake_clock.ts";
import { ProgramUsage, withUsage } from "./usage.ts";

const PROGRAM: ProgramStatus = {
  name: "web",
  state: "running",
  ready: true,
  pid: 100,
  restarts: 0,
  uptime_s: 1,
  exit: null,
  next_retry_at: null,
  cpu_percent: null,
  rss_bytes: null,
  log_file: "/x",
  crash_loop: false,
  critical: false,
  adopted: false,
  error: null,
};

Deno.test("usage joins the program of its name; the others have all keys, as null", () => {
  const report = { cpu_percent: 1, rss_bytes: 2, processes: 3, threads: 4, fds: 5, read_bytes: 6, write_bytes: null };
  const [web, db] = withUsage([PROGRAM, { ...PROGRAM, name: "db" }], new Map([["web", report]]));
  assert.deepEqual(web, { ...PROGRAM, ...report });
  assert.deepEqual([db?.rss_bytes, db?.processes, db?.fds, db?.read_bytes], [null, null, null, null]);
});

Deno.test("without programs there is no timer, and with the first there is", async () => {
  const clock = new FakeClock();
  let asked = 0;
  using usage = new ProgramUsage({ clock, roots: () => (asked++, []), onExcess: () => {} });
  await usage.follow([]);
  assert.deepEqual(usage.merge([]), []);
  assert.equal(clock.pending, 0);
  assert.equal(asked, 0);
  assert.equal(usage.totals().size, 0);
  await usage.follow([{ name: "web" }]);
  assert.equal(clock.pending, 1);
  assert.deepEqual(usage.history("web", ["web"]), { program: "web", interval_s: 10, samples: [] });
  assert.throws(() => usage.history("wep", ["web"]), /cannot show the history of "wep": there is no such program/);
  await usage.follow([]);
  assert.equal(clock.pending, 0);
});
