import assert from "node:assert/strict";
import { type EndedRun, type JobHappening, JobNewsroom } from "./job_news.ts";
import type { News } from "./news.ts";
import { isWanted, type NotifySettings } from "./settings.ts";

const HOUR = 3_600_000;
const TEN = Date.UTC(2025, 10, 1, 10);

function ended(outcome: EndedRun["outcome"], more: Partial<EndedRun> = {}): JobHappening {
  const run = { id: 7, number: 4, slotAt: TEN, notBefore: null, reason: null, attempts: 1, exit: null, outcome };
  return { kind: "job_ended", job: "backup", at: TEN + HOUR, run: { ...run, ...more } };
}

function overdue(slotAt: number): JobHappening {
  return { kind: "job_overdue", job: "backup", at: slotAt + HOUR, slotAt, deadlineMs: HOUR };
}

function hear(room: JobNewsroom, ...happenings: JobHappening[]): News[] {
  return happenings.flatMap((one) => room.hear(one) ?? []);
}

Deno.test("each bad outcome is told with its reason, trigger and slot; a good one is no news", () => {
  const room = new JobNewsroom();
  assert.deepEqual(hear(room, ended("ok")), []);
  const news = hear(
    room,
    ended("failed", { reason: "exit code 1", exit: { code: 1 }, attempts: 3 }),
    ended("timeout", { reason: "did not end within 1h", exit: { signal: "SIGKILL" } }),
    ended("interrupted", { reason: "the daemon died while it ran", number: null }),
    overdue(TEN),
  );
  assert.deepEqual(news.map(({ message }) => message), [
    "job backup failed: exit code 1 (trigger #4, slot 2025-11-01T10:00:00.000Z, 3 attempts)",
    "job backup ran into its timeout: did not end within 1h (trigger #4, slot 2025-11-01T10:00:00.000Z)",
    "job backup was interrupted: the daemon died while it ran (slot 2025-11-01T10:00:00.000Z)",
    "job backup is overdue: no run of the slot 2025-11-01T10:00:00.000Z has ended well within 1h",
  ]);
  assert.deepEqual(news.map(({ kind, outcome, exit }) => [kind, outcome, exit]), [
    ["job_failed", "failed", { code: 1 }],
    ["job_failed", "timeout", null],
    ["job_failed", "interrupted", null],
    ["job_overdue", undefined, null],
  ]);
});

Deno.test("the first run that ends well after trouble is told, with all that it ends", () => {
  const room = new JobNewsroom();
  const [, , , recovery, ...more] = hear(
    room,
    overdue(TEN),
    ended("failed"),
    ended("failed"),
    ended("ok", { id: 9, number: 6, slotAt: TEN + HOUR }),
    ended("ok", { id: 10 }),
  );
  assert.deepEqual(more, []);
  assert.deepEqual(recovery, {
    kind: "recovery",
    program: null,
    job: "backup",
    at: TEN + HOUR,
    message: "job backup has recovered: a run has ended well (trigger #6, slot 2025-11-01T11:00:00.000Z)",
    exit: null,
    outcome: "ok",
    runId: 9,
    slotAt: TEN + HOUR,
    from: ["job_overdue", "job_failed"],
  });
});

Deno.test("a run of an earlier slot does not end an overdue one; one that was put off does", () => {
  const room = new JobNewsroom();
  assert.deepEqual(hear(room, overdue(TEN), ended("ok", { slotAt: TEN - HOUR })).map(({ kind }) => kind), [
    "job_overdue",
  ]);
  const [recovery] = hear(room, ended("ok", { slotAt: TEN - HOUR, notBefore: TEN }));
  assert.equal(recovery?.kind, "recovery");
  assert.deepEqual(hear(room, ended("failed"), ended("ok", { slotAt: 0 })).map(({ kind }) => kind), [
    "job_failed",
    "recovery",
  ], "after a failure any run will do");
});

Deno.test("one job's trouble is not another's", () => {
  const room = new JobNewsroom();
  hear(room, ended("failed"));
  assert.deepEqual(hear(room, { ...ended("ok"), job: "other" }), []);
  assert.equal(hear(room, ended("ok")).length, 1);
});

Deno.test("who hears what of jobs", () => {
  const settings: NotifySettings = { name: "n", on: ["job_failed", "recovery"], timeout: 1, every: 1 };
  const failed: News = { kind: "job_failed", program: null, job: "backup", at: 0, message: "", exit: null };
  const recovery: News = { ...failed, kind: "recovery", from: ["job_failed"] };
  const late: News = { ...recovery, from: ["job_overdue"] };
  const wanted = (more: Partial<NotifySettings>) =>
    [failed, recovery, late].map((news) => isWanted({ ...settings, ...more }, news));
  assert.deepEqual(wanted({}), [true, true, false], "nobody told it that the job was overdue");
  assert.deepEqual(wanted({ on: ["recovery", "failed"] }), [false, false, false]);
  assert.deepEqual(wanted({ on: ["job_overdue", "recovery"] }), [false, false, true]);
  assert.deepEqual(wanted({ jobs: ["backup"] }), [true, true, false]);
  assert.deepEqual(wanted({ jobs: ["other"] }), [false, false, false]);
  assert.deepEqual(wanted({ programs: ["backup"] }), [false, false, false], "only programs were asked for");
  assert.deepEqual(wanted({ programs: ["web"], jobs: ["backup"] }), [true, true, false]);
});
