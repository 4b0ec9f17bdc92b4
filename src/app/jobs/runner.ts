/**
 * Runs the work of jobs: commands, each in a session of its own, with its output in the log of its job, and functions of
 * the app, in this process. What decides when, and what is remembered of it, is the jobs room's.
 */
import { systemError } from "../../base/errors.ts";
import type { JobSpec } from "../../jobs/job_spec.ts";
import { IN_DAEMON, type Runner, type RunProcess } from "../../jobs/runner.ts";
import { Census } from "../../programs/census.ts";
import { Mover } from "../../programs/mover.ts";
import { Rounds } from "../../programs/rounds.ts";
import { createFifos } from "../../system/fifo.ts";
import type { OomWitness } from "../../system/out_of_memory.ts";
import type { Context } from "../context.ts";
import { type Logs, openProgramLog } from "../logs.ts";
import { addressOf } from "../programs/address.ts";
import { workOf } from "./command_work.ts";
import type { RunDeps } from "./deps.ts";
import { FunctionRuns } from "./function_runs.ts";
import { functionOf } from "./function_work.ts";
import { FifoPool } from "./fifo_pool.ts";
import { JobLogs } from "./job_logs.ts";
import { clearRun } from "./past_run.ts";
import { type Run, startRun } from "./run.ts";
import { Strays } from "./strays.ts";

/** A {@link Runner} whose work is commands and functions. */
export interface JobRunner extends Runner, AsyncDisposable {
  /** What is configured from now on. To be called before anything else; runs that go on keep their work. */
  configure(jobs: readonly JobSpec[]): void;
  /** Rotates the logs of all jobs; rejects when one could not be rotated, after all were tried. */
  rotateLogs(): Promise<void>;
  reopenLogs(): void;
  /** What is wrong with the logs of jobs, one line each; for health. */
  problems(): string[];
  /** Where the output of a job is. */
  logFile(job: string): string;
}

/** One read takes all that a FIFO holds, pipe(7). */
const READ_BYTES = 65_536;

/** What the runner gets of other parts of the daemon. */
export interface RunnerParts {
  readonly logs: Pick<Logs, "compressor"> & { readonly logging: Pick<Logs["logging"], "logger"> };
  /** The same as the programs', so that each kill explains one death. */
  readonly oom: OomWitness;
}

/** @throws AppdError when the directory of the jobs cannot be made */
export function openRunner(context: Context, parts: RunnerParts): JobRunner {
  try {
    context.system.files.makeDirectory(context.paths.jobs, 0o700);
    return new WorkRunner(depsOf(context, parts));
  } catch (error) {
    throw systemError(["make", context.paths.jobs], error);
  }
}

function depsOf(context: Context, { logs: { logging, compressor }, oom }: RunnerParts): RunDeps {
  const { clock, files, host, processes } = context.system;
  const log = logging.logger("jobs");
  const directory = files.realPath(context.paths.jobs); // As the kernel names what runs have open.
  const fifos = createFifos();
  const pool = new FifoPool({ fifos, files, directory });
  return {
    ...{ clock, files, fifos, processes, log, oom, directory, pool },
    address: addressOf(context),
    bootId: processes.bootId(),
    census: new Census(processes, clock),
    inheritedEnv: host.env,
    rounds: new Rounds(clock, fifos),
    mover: new Mover({ files, fifos }, new Uint8Array(READ_BYTES)),
    strays: new Strays({ clock, pool }),
    logs: new JobLogs({
      ...{ clock, files, log, directory, program: context.app.product.name },
      openOutput: (job, order) => openProgramLog(context, { ...order, who: { job }, compressor, log }),
    }),
  };
}

class WorkRunner implements JobRunner {
  readonly #deps: RunDeps;
  readonly #runs = new Set<Run>();
  readonly #functions: FunctionRuns;
  #jobs: ReadonlyMap<string, JobSpec> = new Map();

  constructor(deps: RunDeps) {
    this.#deps = deps;
    this.#functions = new FunctionRuns(deps);
  }

  configure(jobs: readonly JobSpec[]): void {
    this.#jobs = new Map(jobs.map((job) => [job.name, job]));
    const commands = jobs.filter((job) => functionOf(job) === undefined);
    this.#deps.logs.configure(new Map(commands.map((job) => [job.name, workOf(job).log])));
    if (commands.length > 0) this.#deps.pool.prepare();
  }

  start(order: Parameters<Runner["start"]>[0]): RunProcess {
    const work = functionOf(order.job);
    if (work !== undefined) return this.#functions.start(order, work);
    const run = startRun(this.#deps, order);
    this.#runs.add(run);
    void run.ended.then(() => this.#runs.delete(run));
    return run;
  }

  /** A function ended with its daemon. One that was a command before left what a command leaves. */
  async clear(identity: Parameters<Runner["clear"]>[0]): ReturnType<Runner["clear"]> {
    if (identity.startTime === IN_DAEMON) return { wasAlive: false, output: "" };
    const job = this.#jobs.get(identity.job);
    const isCommand = job !== undefined && functionOf(job) === undefined;
    return await clearRun(this.#deps, { identity, job: isCommand ? job : undefined });
  }

  rotateLogs(): Promise<void> {
    return this.#deps.logs.rotate();
  }

  reopenLogs(): void {
    this.#deps.logs.reopen();
  }

  problems(): string[] {
    return this.#deps.logs.problems();
  }

  logFile(job: string): string {
    return this.#deps.logs.pathOf(job);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const run of this.#runs) run.abandon();
    await this.#deps.strays.sweep();
    await this.#deps.logs.close();
    this.#deps.mover[Symbol.dispose]();
  }
}
