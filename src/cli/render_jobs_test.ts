import assert from "node:assert/strict";
import type { JobStatus, RepositoryStatus, RunReport } from "../base/job_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import { fakeDaemon } from "../http/fake_daemon.ts";
import { fakeJob, fakeRun, UNDER_WAY } from "../http/fake_jobs.ts";
import { renderJobs } from "./render_jobs.ts";
import { pagesOfRuns, renderJob, renderRun, renderRuns, renderUpcoming } from "./render_runs.ts";
import { renderRepositories, schedulerLines } from "./render_scheduler.ts";
import { PLAIN } from "./style.ts";
import { humanTime, tableTime } from "./time_text.ts";

const NOW = Date.UTC(2025, 10, 1, 12, 45);
const VIEW = { style: PLAIN, now: NOW };
const SLOT = "2025-11-01T10:30:00.000Z";
const HOSTILE = "a\x1b[2J\nb\u202e";

type Last = NonNullable<JobStatus["last"]>;

function lastOf(more: Partial<Last>): Last {
  return { ...fakeJob("a").last as Last, ...more };
}

Deno.test("jobs: what each does, did last and does next", () => {
  const failed = lastOf({ outcome: "failed", exit: { code: 3, signal: null, at: SLOT }, duration_s: 0.25 });
  const jobs = [
    fakeJob("standup"),
    fakeJob("backup", { running: true, in_flight: 2, queued: 1, last: failed, schedule: "cron 0 9 * * *" }),
    fakeJob("hand", { schedule: "", last: null, next_at: null, triggers: 0 }),
  ];
  assert.deepEqual(renderJobs(jobs, VIEW), [
    "NAME     STATE      SCHEDULE        LAST                                    NEXT    TRIGGERS  NOTE",
    "standup  scheduled  every 3h        ok 2h 14m ago, took 2s                  in 45m  8         -",
    "backup   running    cron 0 9 * * *  failed (exit 3) 2h 14m ago, took 250ms  in 45m  8         2 at once, 1 queued",
    "hand     waiting    by hand         never                                   -       0         -",
  ]);
  assert.deepEqual(renderJobs([], VIEW), []);
});

Deno.test("a job's note says what keeps it from running, and its last skip only while nothing has run since", () => {
  const note = (more: Partial<JobStatus>) => renderJobs([fakeJob("a", more)], VIEW)[1]?.split(/ {2,}/).at(-1);
  const skip = (slot: string) => ({ slot, reason: "outside work hours" });
  assert.equal(note({ last_skip: skip("2025-11-01T12:44:00.000Z") }), "skipped 1m ago: outside work hours");
  assert.equal(note({ last_skip: skip("2025-11-01T09:00:00.000Z") }), "-");
  assert.equal(note({ overdue_since: "2025-11-01T12:15:00.000Z" }), "overdue for 30m");
  assert.equal(note({ paused: true, paused_until: "2025-11-01T13:00:00.000Z" }), "for 15m");
  assert.equal(note({ problem: HOSTILE }), "a\\x1b[2J\\nb\\u202e");
  assert.equal(note({ last: lastOf({ outcome: "timeout", reason: "after 5m" }) }), "after 5m");
});

Deno.test("a job that is to be tried again is not called running", () => {
  const job = fakeJob("a", { retrying: true, next_retry_at: "2025-11-01T12:45:39.000Z", in_flight: 0 });
  assert.match(renderJobs([job], VIEW)[1] ?? "", /^a +retrying .* in 45m +8 +next attempt in 39s$/);
  const shown = renderJob(job, [], { ...VIEW, userHome: "/home" });
  assert.equal(shown[0], "a is retrying");
  assert.ok(shown.includes(`Next try:   ${humanTime("2025-11-01T12:45:39.000Z")}, in 39s`), shown.join("\n"));
});

Deno.test("an exit is told once, and a reason beside it only where there is one", () => {
  const exit = { code: 5, signal: null, at: SLOT };
  const count = (lines: readonly string[], word: string) => lines.join("\n").split(word).length - 1;
  for (const reason of [null, "it lost its disk"]) {
    const failed = lastOf({ outcome: "failed", exit, reason });
    const run = fakeRun(1, { state: "failed", exit, reason });
    const drawn = [
      renderJobs([fakeJob("a", { last: failed })], VIEW),
      renderJob(fakeJob("a", { last: failed }), [], { ...VIEW, userHome: "/home" }),
      renderRuns([run], VIEW),
    ];
    for (const lines of drawn) assert.equal(count(lines, "exit 5"), 1, lines.join("\n"));
    assert.equal(count(renderRun(run, VIEW), "Exit:       exit 5"), 1);
    for (const lines of [drawn[0], drawn[2], renderRun(run, VIEW)]) {
      assert.equal(count(lines ?? [], "it lost its disk"), reason === null ? 0 : 1);
    }
  }
});

Deno.test("runs: every line with its state, its time and what is worth knowing of it", () => {
  const note = (more: Partial<RunReport>) => renderRuns([fakeRun(1, more)], VIEW)[1]?.split(/ {2,}/).at(-1);
  assert.equal(note({}), "-");
  assert.equal(note({ state: "failed", exit: { code: null, signal: "SIGKILL", at: SLOT } }), "killed by SIGKILL");
  assert.equal(
    note({ state: "skipped", slots: 40, slot_until: SLOT, reason: "missed" }),
    `missed, 40 slots until ${tableTime(SLOT)}`,
  );
  assert.equal(
    note({ state: "retrying", attempts: 2, next_retry_at: "2025-11-01T12:45:20.000Z", exit: null }),
    "2 attempts, retry in 20s",
  );
  assert.equal(note({ trigger: "git", detail: HOSTILE }), "by a\\x1b[2J\\nb\\u202e");
  const running = renderRuns(
    [fakeRun(1, { state: "running", ...UNDER_WAY, started_at: "2025-11-01T12:44:00.000Z" })],
    VIEW,
  );
  assert.match(running[1] ?? "", / running +1m +-$/);
});

Deno.test("pages of runs stand in the same columns, under one head", () => {
  const page = pagesOfRuns({ ...VIEW, nameWidth: 12 });
  const [head = "", first = ""] = page([fakeRun(12345)]);
  const [second = ""] = page([fakeRun(7)]);
  for (const column of ["JOB", "SLOT", "TRIGGER", "STATE", "TOOK", "NOTE"]) {
    const at = head.indexOf(column);
    assert.ok(at > 0 && first[at] !== " " && second[at] !== " " && second[at - 1] === " ", column);
  }
  assert.doesNotMatch(renderRuns([fakeRun(1)], { ...VIEW, oneJob: true }).join("\n"), /JOB|standup/);
});

Deno.test("in a narrow terminal a slot's time is whole: how long it is until then goes first", () => {
  const slot = { job: "backup", at: SLOT, slot: SLOT, trigger: "cron", note: null } as const;
  const [head = "", row = ""] = renderUpcoming([slot], { ...VIEW, style: { ...PLAIN, width: 42 } });
  assert.deepEqual(head.split(/ {2,}/), ["AT", "JOB", "NOTE"]);
  assert.equal(row, `${tableTime(SLOT)}  backup  -`);
});

Deno.test("a job and a run are shown with everything that there is, and nothing of it drives the terminal", () => {
  const status = fakeJob(HOSTILE, { problem: HOSTILE, schedule: HOSTILE, last_skip: { slot: SLOT, reason: HOSTILE } });
  const run = fakeRun(3, {
    job: HOSTILE,
    detail: HOSTILE,
    reason: HOSTILE,
    state: "failed",
    output: `tab\t${HOSTILE}\r\n`,
  });
  const job = renderJob(status, [run], { ...VIEW, userHome: "/home", output: run.output ?? "" });
  // deno-lint-ignore no-control-regex
  for (const line of [...job, ...renderRun(run, VIEW)]) assert.doesNotMatch(line, /[\x00-\x08\x0a-\x1f\u202e]/);
  assert.deepEqual(job.slice(-3), ["Last output:", "  tab\ta\\x1b[2J", "  b\\u202e"]);
  assert.ok(job.includes(`Last skip:  ${humanTime(SLOT)}: a\\x1b[2J\\nb\\u202e`), job.join("\n"));
});

Deno.test("the next times", () => {
  const slot = { job: "standup", at: "2025-11-01T13:30:00.000Z", slot: SLOT, trigger: "cron", note: null } as const;
  assert.deepEqual(renderUpcoming([slot, { ...slot, note: "skipped: outside work hours" }], VIEW), [
    `AT${" ".repeat(tableTime(slot.at).length)}IN      JOB      TRIGGER  NOTE`,
    `${tableTime(slot.at)}  in 45m  standup  cron     -`,
    `${tableTime(slot.at)}  in 45m  standup  cron     skipped: outside work hours`,
  ]);
});

Deno.test("the scheduler is told in the words of its first users", () => {
  const report: StatusReport = {
    ...fakeDaemon().status(),
    jobs: [fakeJob("standup")],
    scheduler: {
      paused: false,
      interval_s: 10_800,
      lag_ms: 3,
      work_hours: {
        enabled: true,
        hours: "9:00 - 18:00",
        timezone: "Asia/Kolkata",
        in_hours: true,
        changes_at: "2025-11-01T14:45:00.000Z",
      },
      triggers: 8,
      last_at: SLOT,
      next_at: "2025-11-01T13:30:00.000Z",
    },
  };
  assert.deepEqual(schedulerLines(report, VIEW).slice(4), [
    "",
    "Scheduler:",
    "  Paused:        false",
    "  Interval:      3h",
    "  Next trigger:  45m",
    "  Triggers:      8",
    `  Last:          ${humanTime(SLOT)}`,
    "",
    "Work hours:",
    "  Enabled:    true",
    "  Hours:      9:00 - 18:00 Asia/Kolkata",
    "  In hours:   true, they end in 2h",
  ]);
  const paused = { ...report.scheduler, paused: true, paused_until: "2025-11-01T13:45:00.000Z", lag_ms: 5000 };
  const text = schedulerLines({ ...report, scheduler: paused }, VIEW).join("\n");
  assert.match(text, /^ {2}Paused: +true, for 1h$/m);
  assert.match(text, /^ {2}Lag: +5s$/m);
  assert.deepEqual(schedulerLines({ ...report, jobs: [], scheduler: fakeDaemon().status().scheduler }, VIEW), []);
});

Deno.test("repositories: a line each, with what is wrong", () => {
  const site: RepositoryStatus = {
    name: "site",
    path: "/srv/site",
    project: "Site",
    enabled: true,
    ok: true,
    error: null,
    branch: "main",
    head: "1f3e9c2b5d7a9f0e1c2d3b4a5f6e7d8c9b0a1f2e",
    commits: 12,
    last_commit_at: "2025-11-01T12:15:00.000Z",
    watching: "events",
  };
  const gone = { ...site, name: "gone", ok: false, error: HOSTILE, branch: null, head: null, last_commit_at: null };
  const next_try_at = "2025-11-01T12:45:08.000Z";
  assert.deepEqual(renderRepositories([site, { ...gone, commits: 0, watching: null, next_try_at }], VIEW), [
    "NAME  STATE   BRANCH  HEAD        COMMITS  LAST     WATCHED BY  NOTE",
    "site  ok      main    1f3e9c2b5d  12       30m ago  events      Site",
    "gone  broken  -       -           0        -        -           a\\x1b[2J\\nb\\u202e; tried again in 8s",
  ]);
});
