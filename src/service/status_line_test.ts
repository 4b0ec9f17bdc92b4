import assert from "node:assert/strict";
import type { JobStatus } from "../base/job_reports.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { SchedulerStatus } from "../base/scheduler_status.ts";
import { type StatusFacts, statusLine } from "./status_line.ts";

const NOW = Date.parse("2025-11-01T22:00:00Z");

function program(name: string, more: Partial<ProgramStatus> = {}): ProgramStatus {
  return { name, state: "running", ready: true, pid: 9, ...more } as ProgramStatus;
}

function job(name: string, more: Partial<JobStatus> = {}): JobStatus {
  return { name, enabled: true, paused: false, running: false, next_at: null, ...more } as JobStatus;
}

function line(facts: Partial<StatusFacts>, timezone = "UTC"): string {
  const scheduler = { paused: false } as SchedulerStatus;
  const all = { state: "ready", programs: [], jobs: [], problems: [], last_reload: null, shutdown: null } as const;
  return statusLine({ ...all, scheduler, ...facts }, { now: NOW, timezone });
}

const THREE = [program("a"), program("b"), program("c")];
const BACKUP = job("backup", { next_at: "2025-11-02T02:30:00.000Z" });

Deno.test("ready: what there is, and what comes next", () => {
  const jobs = [job("late", { next_at: "2025-11-02T04:00:00.000Z" }), BACKUP];
  assert.equal(line({ programs: THREE, jobs }), "ready: 3 programs, 2 jobs; next backup 02:30");
  assert.equal(line({ programs: THREE, jobs }, "Asia/Kolkata"), "ready: 3 programs, 2 jobs; next backup 08:00");
  assert.equal(line({ programs: [program("a")] }), "ready: 1 program");
  assert.equal(line({}), "ready: nothing to run");
});

Deno.test("a time that is more than a day away has its date", () => {
  assert.equal(
    line({ jobs: [job("j", { next_at: "2025-11-02T22:01:00Z" })] }),
    "ready: 1 job; next j 2025-11-02 22:01",
  );
});

Deno.test("a program that does not serve is not counted as one that does", () => {
  const programs = [program("a"), program("b", { ready: false }), program("c", { state: "exited", pid: null })];
  assert.equal(line({ programs }), "ready: 1 of 3 programs ready");
});

Deno.test("what is switched off or paused is not announced", () => {
  const off = job("off", { enabled: false, next_at: "2025-11-01T23:00:00Z" });
  const paused = job("p", { paused: true, next_at: "2025-11-01T23:00:00Z" });
  assert.equal(line({ jobs: [off, paused, BACKUP] }), "ready: 2 jobs; next backup 02:30");
  const scheduler = { paused: true } as SchedulerStatus;
  assert.equal(line({ jobs: [BACKUP], scheduler }), "ready: 1 job, scheduler paused");
  assert.equal(line({ jobs: [{ ...BACKUP, running: true }] }), "ready: 1 job (1 running); next backup 02:30");
});

Deno.test("a reload that failed is said until one succeeds", () => {
  const last_reload = { at: "", ok: false, error: "line 3: unknown key", confirm_until: null };
  assert.equal(line({ last_reload }), "ready: nothing to run; last reload failed: line 3: unknown key");
  assert.equal(line({ last_reload: { ...last_reload, ok: true, error: null } }), "ready: nothing to run");
});

Deno.test("degraded: why", () => {
  assert.equal(line({ state: "degraded", problems: ["web: in crash_loop"] }), "degraded: web: in crash_loop");
  assert.equal(line({ state: "degraded", problems: ["a: x", "b: y", "c: z"] }), "degraded: a: x and 2 more");
});

Deno.test("stopping: who is waited for", () => {
  const facts = (remaining: string[]) => ({
    state: "stopping" as const,
    shutdown: { began_at: "", remaining, deadline: "" },
    programs: [...THREE, program("d"), program("gone", { pid: null })],
    jobs: [job("backup", { running: true }), job("other")],
  });
  assert.equal(line(facts(["jobs", "programs", "database"])), "stopping: waiting for backup");
  assert.equal(line(facts(["programs", "database"])), "stopping: waiting for a, b, c and 1 more");
  assert.equal(line(facts(["database"])), "stopping: waiting for database");
  assert.equal(line(facts([])), "stopping");
});

Deno.test("one line of bounded length, whatever a cause says", () => {
  const text = line({ state: "degraded", problems: [`a: READY=1\nSTOPPING=1 ${"x".repeat(500)}`] });
  assert.ok(text.startsWith("degraded: a: READY=1\\nSTOPPING=1 xxx") && text.length === 160, text);
});
