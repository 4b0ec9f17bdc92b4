import assert from "node:assert/strict";
import type { JobStatus, RunReport } from "../../base/job_reports.ts";
import { fakeJob, fakeRun, UNDER_WAY } from "../../http/fake_jobs.ts";
import { explainJob } from "./job.ts";

const NOW = Date.UTC(2025, 10, 1, 12, 30);
const LAST = fakeJob("a").last as NonNullable<JobStatus["last"]>;

function explain(more: Partial<JobStatus>, runs: readonly RunReport[] = [], output = "") {
  return explainJob(fakeJob("standup", more), { runs, output, now: NOW });
}

const exit = (code: number) => ({ code, signal: null, at: "2025-11-01T10:30:02.600Z" });

/** What a job is, and the one sentence about it. */
const SENTENCES: readonly (readonly [more: Partial<JobStatus>, says: string])[] = [
  [{}, "standup runs next in 1h (every 3h); its last run, 1h 59m ago, ended well after 2s"],
  [{ last: null, next_at: "2025-11-01T12:29:59.000Z" }, "standup runs next now (every 3h); it never ran"],
  [{ last: null, enabled: false }, "standup is disabled in the configuration; it never ran"],
  [{ last: null, paused: true }, "standup is paused; it never ran"],
  [
    { last: null, paused: true, paused_until: "2025-11-01T14:00:00.000Z" },
    "standup is paused until 2025-11-01 14:00:00 UTC; it never ran",
  ],
  [{ last: null, next_at: null, schedule: "on git:site" }, "standup waits for an event (on git:site); it never ran"],
  [{ last: null, next_at: null, schedule: "" }, "standup runs only by hand; it never ran"],
  [{ last: null, next_at: null, schedule: "by hand" }, "standup runs only by hand; it never ran"],
  [{ last: null, problem: "no such directory\x1b[2J" }, "standup cannot run: no such directory\\x1b[2J; it never ran"],
  [
    { last: { ...LAST, outcome: "failed", exit: exit(78) } },
    "standup runs next in 1h (every 3h); its last run, 1h 59m ago, failed after 2s: exit code 78 (its configuration is wrong, EX_CONFIG)",
  ],
  [
    { last: { ...LAST, outcome: "interrupted", duration_s: null, reason: "the daemon was killed" } },
    "standup runs next in 1h (every 3h); its last run, 1h 59m ago, was interrupted: the daemon was killed",
  ],
  [
    { last_skip: { slot: "2025-11-01T11:30:00.000Z", reason: "outside work hours" } },
    "standup runs next in 1h (every 3h); its last run, 1h 59m ago, ended well after 2s; the slot of 2025-11-01 11:30:00 UTC was skipped: outside work hours",
  ],
  [
    { last: null, overdue_since: "2025-11-01T12:00:00.000Z" },
    "standup runs next in 1h (every 3h); it never ran; it is overdue for 30m",
  ],
];

for (const [more, says] of SENTENCES) {
  Deno.test(says, () => assert.equal(explain(more).summary, says));
}

Deno.test("a run under way says for how long and what made it run", () => {
  const run = fakeRun(5, {
    state: "running",
    ...UNDER_WAY,
    started_at: "2025-11-01T12:28:00.000Z",
    trigger: "git",
    detail: "site main 1f3e9c2",
    attempts: 2,
  });
  const report = explain({ running: true, in_flight: 1, last: null }, [run], "half\x1b\n");
  assert.equal(report.summary, "standup runs for 2m, by git site main 1f3e9c2, attempt 2; it is its first run");
  assert.deepEqual([report.state, report.last_output, report.hints], ["running", ["half\\x1b"], [
    "appd jobs cancel standup",
  ]]);
  const queued = fakeRun(6, { state: "queued", ...UNDER_WAY, reason: "pool db is full" });
  assert.match(explain({ queued: 1 }, [queued]).summary, /^standup waits for its turn, 1 queued: pool db is full; /);
});

Deno.test("a run that is to be tried again says when, and how its last attempt ended", () => {
  const run = fakeRun(7, { state: "retrying", ...UNDER_WAY, attempts: 2, exit: exit(78) });
  const job = { retrying: true, next_retry_at: "2025-11-01T12:30:39.000Z", last: null };
  const report = explain(job, [run], "half\n");
  assert.equal(
    report.summary,
    "standup waits for its next attempt, in 39s: attempt 2 of run 7 failed, exit code 78 (its configuration is wrong, EX_CONFIG); it is its first run",
  );
  assert.deepEqual([report.state, report.last_output, report.hints], ["retrying", ["half"], [
    "appd jobs cancel standup",
  ]]);
  const refused = fakeRun(7, { ...run, exit: null, reason: "too many processes" });
  assert.match(explain(job, [refused]).summary, /attempt 2 of run 7 failed, too many processes; /);
  assert.match(explain({ ...job, next_retry_at: null }).summary, /^standup waits for its next attempt; /);
});

Deno.test("the last slots are told oldest first, the output only when something went wrong", () => {
  const runs = Array.from({ length: 12 }, (_, index) => fakeRun(12 - index));
  runs.splice(0, 1, fakeRun(12, { state: "skipped", trigger: "cron", slots: 3, duration_s: null, reason: "missed" }));
  const report = explain({}, runs, "fine\n");
  assert.equal(report.chain.length, 8);
  assert.equal(report.chain[0]?.message, "by its interval: ok after 2s (run 5)");
  assert.equal(report.chain.at(-1)?.message, "by its cron expression: skipped, 3 slots: missed (run 12)");
  assert.deepEqual(report.last_output, []);
  const failed = explain({ last: { ...LAST, outcome: "timeout" } }, [fakeRun(3, { state: "timeout" })], "a\nb\n");
  assert.deepEqual(failed.last_output, ["a", "b"]);
  assert.deepEqual(failed.hints, [
    "appd jobs show --run 3",
    "appd logs standup -n 50",
    "appd config explain job.standup.timeout",
    "appd jobs run standup --wait",
  ]);
});

Deno.test("of a job that the app brings along no key of the configuration is named: there is none", () => {
  const timed = { last: { ...LAST, outcome: "timeout" } } as const;
  const hints = (more: Partial<JobStatus>) => explain(more, [fakeRun(3, { state: "timeout" })]).hints.join("; ");
  assert.match(hints(timed), /config explain job\.standup\.timeout/);
  assert.doesNotMatch(hints({ ...timed, built_in: true }), /config/);
  const off = explain({ last: null, enabled: false, built_in: true });
  assert.deepEqual([off.summary, off.hints[0]], [
    "standup is disabled by the app, under this configuration; it never ran",
    "appd config list",
  ]);
});

Deno.test("a job that the mode leaves out says so, and how to bring it back", () => {
  const { summary, hints } = explain({ last: null, enabled: false, left_out: 'the mode "night" leaves jobs out' });
  assert.equal(summary, 'standup does not run: the mode "night" leaves jobs out; it never ran');
  assert.deepEqual(hints, ["appd restart --mode all", "appd jobs run standup --wait"]);
});

Deno.test("code that goes on after its run is told", () => {
  const { summary, hints } = explain({ last: null, lingering: [{ run: 7, since: "2025-11-01T12:29:00.000Z" }] });
  assert.equal(
    summary,
    "standup runs next in 1h (every 3h); the code of run 7 ignores its signal for 1m, and goes on; it never ran",
  );
  assert.equal(hints[0], "appd restart");
});
