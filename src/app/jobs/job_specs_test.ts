import assert from "node:assert/strict";
import { systemFiles } from "../../system/files.ts";
import { workOf } from "./command_work.ts";
import type { Config, JobConfig } from "../../schema/appd_schema.ts";
import { jobSpecs, workHoursOf } from "./job_specs.ts";

const SETTINGS: JobConfig = {
  name: "standup",
  enabled: true,
  shell: false,
  command: ["./ask.sh"],
  cwd: "/srv",
  env: { MODE: "x" },
  stopSignal: "SIGINT",
  log: {
    rotateSize: 1,
    rotateEvery: 2,
    maxFiles: 3,
    maxAge: 4,
    maxTotal: 5,
    compress: true,
    timestamp: true,
    overflow: "drop",
  },
  on: [{ kind: "start" }],
  runOnStart: true,
  workHoursOnly: false,
  outsideHours: "defer",
  jitter: 6,
  timeout: 7,
  retries: 8,
  retryDelay: 9,
  retryMaxDelay: 10,
  overlap: "queue",
  missed: "all",
  missedMax: 11,
  missedWindow: 12,
  critical: true,
  stopTimeout: 13,
  keepRuns: 14,
  keepFor: 15,
};

type Jobs = Pick<Config, "jobs" | "scheduler" | "timezone">;

function configOf(job: Partial<JobConfig>, more: Partial<Jobs> = {}): Config {
  const jobs: Jobs = {
    jobs: [{ ...SETTINGS, ...job }],
    scheduler: { concurrency: 16, pools: {}, hasWorkHours: false },
    ...more,
  };
  return jobs as Config; // The rest of a configuration says nothing about jobs.
}

function specOf(job: Partial<JobConfig>, more: Partial<Jobs> = {}) {
  const spec = jobSpecs(configOf(job, more), { files: systemFiles, systemZone: "Asia/Tokyo" })[0];
  assert.ok(spec);
  return spec;
}

Deno.test("a job is what its configuration says", () => {
  const { work: _, ...spec } = specOf({ every: 1000, timezone: "Europe/Berlin", pool: "db", deadline: 16 });
  assert.deepEqual(spec, {
    name: "standup",
    enabled: true,
    every: 1000,
    on: [{ kind: "start" }],
    runOnStart: true,
    timezone: "Europe/Berlin",
    jitter: 6,
    timeout: 7,
    retries: 8,
    retryDelay: 9,
    retryMaxDelay: 10,
    overlap: "queue",
    pool: "db",
    missed: "all",
    missedMax: 11,
    missedWindow: 12,
    critical: true,
    deadline: 16,
    stopTimeout: 13,
    keepRuns: 14,
    keepFor: 15,
  });
});

Deno.test("what a job does has a mark that changes with anything of it, and with nothing else", () => {
  const { mark, ...work } = workOf(specOf({}, { timezone: "UTC" }));
  const policy = { rotateSize: 1, rotateEvery: 2, maxFiles: 3, maxAge: 4, maxTotal: 5, compress: true };
  assert.deepEqual(work, {
    command: ["./ask.sh"],
    cwd: "/srv",
    env: { TZ: "UTC", MODE: "x" },
    stopSignal: "SIGINT",
    log: { policy, timestamp: true, overflow: "drop" },
  });
  const markOf = (job: Partial<JobConfig>) => workOf(specOf(job, { timezone: "UTC" })).mark;
  assert.equal(markOf({ every: 5000, env: { ...SETTINGS.env } }), mark);
  const changes: Partial<JobConfig>[] = [
    { command: ["./ask.sh", "x"] },
    { env: { MODE: "y" } },
    { cwd: "/" },
    { user: "a" },
    { umask: 0 },
  ];
  assert.equal(new Set([mark, ...changes.map(markOf)]).size, 6);
});

Deno.test("work hours are a job's only if it says so", () => {
  assert.equal(specOf({}).outsideHours, undefined);
  assert.equal(specOf({ workHoursOnly: true }).outsideHours, "defer");
});

Deno.test("a zone that nobody gives is the system's", () => {
  assert.equal(specOf({}).timezone, "Asia/Tokyo");
  const workHours = { days: [1], start: 540, end: 1080 };
  const hoursOf = (more: object) => {
    const scheduler = { concurrency: 2, pools: {}, hasWorkHours: true, workHours: { ...workHours, ...more } };
    return workHoursOf(configOf({}, { scheduler }), "Asia/Tokyo");
  };
  assert.deepEqual(hoursOf({}), { ...workHours, timezone: "Asia/Tokyo" });
  assert.equal(hoursOf({ timezone: "Asia/Kolkata" })?.timezone, "Asia/Kolkata");
  assert.equal(workHoursOf(configOf({}), "Asia/Tokyo"), undefined);
});
