import { AppdError } from "../base/errors.ts";
import type { JobStatus, RunReport } from "../base/job_reports.ts";
import type { JobsApi } from "./route.ts";

/** A job that ran well an hour ago, and is to run again in two. */
export function fakeJob(name: string, more: Partial<JobStatus> = {}): JobStatus {
  return {
    name,
    enabled: true,
    paused: false,
    paused_until: null,
    running: false,
    in_flight: 0,
    queued: 0,
    triggers: 8,
    last: {
      slot: "2025-11-01T10:30:00.000Z",
      outcome: "ok",
      reason: null,
      started_at: "2025-11-01T10:30:00.100Z",
      duration_s: 2.5,
      exit: { code: 0, signal: null, at: "2025-11-01T10:30:02.600Z" },
    },
    last_skip: null,
    next_at: "2025-11-01T13:30:00.000Z",
    schedule: "every 3h",
    interval_s: 10_800,
    critical: false,
    work_hours_only: false,
    overdue_since: null,
    log_file: `/home/jobs/${name}/output.log`,
    problem: null,
    ...more,
  };
}

/** A run of `standup` that ended well. */
export function fakeRun(id: number, more: Partial<RunReport> = {}): RunReport {
  return {
    id,
    job: "standup",
    number: id,
    slot: "2025-11-01T10:30:00.000Z",
    slots: 1,
    slot_until: null,
    trigger: "every",
    detail: null,
    state: "ok",
    reason: null,
    attempts: 1,
    created_at: "2025-11-01T10:30:00.000Z",
    started_at: "2025-11-01T10:30:00.100Z",
    ended_at: "2025-11-01T10:30:02.600Z",
    duration_s: 2.5,
    exit: { code: 0, signal: null, at: "2025-11-01T10:30:02.600Z" },
    pid: null,
    next_retry_at: null,
    ...more,
  };
}

/** What a run has before it has ended. */
export const UNDER_WAY = { ended_at: null, duration_s: null, exit: null } as const;

/**
 * A scheduler that writes down what it was asked. Its history is `runs`, newest first, which tests change; a run ends when
 * `end` is called.
 */
export interface FakeJobs extends JobsApi {
  readonly runs: RunReport[];
  end(run: RunReport): void;
}

/** @param note hears what was asked */
export function fakeJobs(note: (call: string) => void, runs: RunReport[] = [fakeRun(2), fakeRun(1)]): FakeJobs {
  const waiting = new Map<number, (run: RunReport) => void>();
  const find = (verb: string, id: number) => {
    const run = runs.find((one) => one.id === id);
    if (run === undefined) throw new AppdError(`cannot ${verb} run ${id}: there is none`, { exit: "notRunning" });
    return run;
  };
  return {
    runs,
    end(run) {
      runs[runs.findIndex(({ id }) => id === run.id)] = run;
      waiting.get(run.id)?.(run);
    },
    async history({ limit, before = Infinity, ...filters }) {
      note(`history ${JSON.stringify({ ...filters, limit })}`);
      await Promise.resolve();
      const all = runs.filter(({ id, job }) => id < before && job === (filters.job ?? job));
      const page = all.slice(0, limit);
      return { runs: page, next_before: all.length > page.length ? page.at(-1)?.id ?? null : null };
    },
    show: async (id) => await Promise.resolve({ ...find("show", id), output: "done\n" }),
    async run(job) {
      note(`run ${job}`);
      const run = fakeRun(runs.length + 1, { job, trigger: "manual", state: "running", ...UNDER_WAY });
      runs.unshift(run);
      return await Promise.resolve(run);
    },
    ended(id, signal) {
      note(`ended ${id}`);
      return new Promise((resolve, reject) => {
        waiting.set(id, resolve);
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
    async webhook(job, { key, payload }) {
      note(`webhook ${job} ${key} ${payload.contentType} ${payload.body}`);
      const known = runs.find((run) => run.trigger === "webhook" && run.detail === key);
      const run = known ?? fakeRun(3, { job, trigger: "webhook", detail: key ?? null, state: "queued", ...UNDER_WAY });
      return await Promise.resolve({ ...run, duplicate: known !== undefined });
    },
    async cancel(id) {
      note(`cancel ${id}`);
      const run = find("cancel", id);
      if (run.ended_at === null) return await Promise.resolve({ ...run, state: "cancelled" });
      throw new AppdError(`cannot cancel run ${id}: it has ended`, { exit: "notRunning" });
    },
    async cancelJob(job) {
      note(`cancel ${job}`);
      return await Promise.resolve(runs.filter((run) => run.job === job && run.ended_at === null));
    },
    pause: async ({ job, until }) => note(await Promise.resolve(`pause ${job} ${until}`)),
    resume: async ({ job }) => note(await Promise.resolve(`resume ${job}`)),
    upcoming({ count, job = "standup" }) {
      note(`upcoming ${count} ${job}`);
      const at = "2025-11-01T13:30:00.000Z";
      return [{ job, at, slot: at, trigger: "every", note: null }];
    },
  };
}
