import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { SILENT } from "../../base/logger.ts";
import type { Logger } from "../../base/logger.ts";
import type { JobSpec } from "../../jobs/job_spec.ts";
import type { RunOrder } from "../../jobs/runner.ts";
import { createCompressor } from "../../logging/compressor.ts";
import { PLAIN_LOG } from "../../programs/program_spec.ts";
import { type OomWitness, sleepingWitness } from "../../system/out_of_memory.ts";
import { realSystem } from "../../system/system.ts";
import { type Context, createContext } from "../context.ts";
import type { ProcessSpec } from "../process_spec.ts";
import { commandWork } from "./command_work.ts";
import { type JobRunner, openRunner } from "./runner.ts";

/** For tests: a job of this machine's `sh`, with everything that a test does not care about. */
export function shellJob(
  script: string,
  { work = {}, ...more }: Partial<Omit<JobSpec, "work">> & { readonly work?: Partial<ProcessSpec> } = {},
): JobSpec {
  return {
    name: "job",
    enabled: true,
    work: commandWork({
      command: ["/bin/sh", "-c", script],
      cwd: "/",
      env: {},
      stopSignal: "SIGTERM",
      log: PLAIN_LOG,
      ...work,
    }),
    on: [],
    runOnStart: false,
    timezone: "UTC",
    jitter: 0,
    timeout: 0,
    retries: 0,
    retryDelay: 0,
    retryMaxDelay: 0,
    overlap: "allow",
    missed: "skip",
    missedMax: 1,
    missedWindow: 1,
    critical: false,
    stopTimeout: 5000,
    keepRuns: 10,
    keepFor: 1,
    ...more,
  };
}

/** An attempt of a job that somebody wants to run now. */
export function orderOf(job: JobSpec, runId = 1, more: Partial<RunOrder> = {}): RunOrder {
  const cause = { kind: "manual", detail: null, variables: {} } as const;
  return { job, runId, number: runId, slotAt: 0, attempt: 1, cause, ...more };
}

/** A runner on the real machine with a home of its own. */
export interface Yard extends AsyncDisposable {
  readonly home: string;
  readonly context: Context;
  readonly runner: JobRunner;
  /** Everything in the log of a job. */
  readonly output: (job?: string) => string;
}

/** @param options.home of an earlier yard, to go on there; it is not removed at the end */
export function openYard(
  options: { readonly home?: string; readonly log?: Logger; readonly oom?: OomWitness } = {},
): Yard {
  const home = options.home ?? mkdtempSync("/tmp/appd-jobs-");
  const system = realSystem();
  const context = createContext({ home, flags: {}, system });
  const compressor = createCompressor(system);
  const logging = { logger: () => options.log ?? SILENT };
  const oom = options.oom ?? sleepingWitness(system);
  const runner = openRunner(context, { logs: { compressor, logging }, oom });
  return {
    home,
    context,
    runner,
    output: (job = "job") => readFileSync(`${home}/jobs/${job}/output.log`, "utf8"),
    async [Symbol.asyncDispose]() {
      await runner[Symbol.asyncDispose]();
      await compressor[Symbol.asyncDispose]();
      if (options.home === undefined) rmSync(home, { recursive: true });
    },
  };
}
