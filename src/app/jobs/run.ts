import { Ending } from "../../programs/ending.ts";
import { type Notice, processNames } from "../../programs/events.ts";
import { spawnAs, startTimeOf, troubleOf } from "../../programs/launch.ts";
import type { Life } from "../../programs/state.ts";
import {
  type RunEnd,
  type RunExit,
  type RunIdentity,
  type RunOrder,
  type RunProcess,
  RunStartError,
} from "../../jobs/runner.ts";
import type { JobSpec } from "../../jobs/job_spec.ts";
import type { Timer } from "../../system/clock.ts";
import type { Child, ExitStatus } from "../../system/processes.ts";
import { workOf } from "./command_work.ts";
import type { RunDeps } from "./deps.ts";
import { RunOutput } from "./run_output.ts";
import { runVariables } from "./run_variables.ts";
import { type Attempt, fifoOf, markVariable, tracesOf } from "./traces.ts";

/** A process that KILL did not end yet (uninterruptible sleep) gets another one after so many milliseconds. */
const KILL_AGAIN = 1000;

/** @throws RunStartError when the command cannot be executed, or its output not be captured */
export function startRun(deps: RunDeps, order: RunOrder): Run {
  const { job, runId, attempt } = order;
  const at = { directory: deps.directory, job: job.name, runId, attempt };
  const work = workOf(job);
  if (work.problem !== undefined) throw new RunStartError(work.problem, { exit: "config", mayPass: false });
  using parts = new DisposableStack();
  try {
    const fifo = takeFifo(deps, at);
    parts.defer(() => void (deps.pool.give(fifo) || deps.pool.drop(fifo)));
    const output = parts.use(new RunOutput(deps, { job: job.name, fifo, goesOn: false }));
    const child = spawnAs(deps, {
      spec: { ...work, name: job.name },
      command: work.command,
      openOutput: () => output.descriptor,
      fifo,
      extraEnv: runVariables(order),
      own: { APPD_JOB: job.name, ...markVariable(at) },
    });
    parts.move(); // The run's own from here on.
    return new Run(deps, { at, job, child, output, fifo });
  } catch (error) {
    const { message, shortage } = troubleOf(work.command, error);
    throw new RunStartError(message, { exit: "generic", cause: error, mayPass: shortage });
  }
}

/** The last descriptors are not for runs: a daemon that has none does not answer. */
function takeFifo({ fifos, logs, pool }: RunDeps, at: Attempt): string {
  if (!fifos.hasRoom()) {
    throw Object.assign(new Error("EMFILE: the last descriptors are kept free"), { code: "EMFILE" });
  }
  logs.makePlace(at.job);
  const fifo = fifoOf(at);
  pool.take(fifo);
  return fifo;
}

interface Parts {
  readonly at: Attempt;
  readonly job: JobSpec;
  readonly child: Child;
  readonly output: RunOutput;
  readonly fifo: string;
}

/** One attempt of a job's run while its process is there, and until what belongs to it is gone. */
export class Run implements RunProcess {
  readonly identity: RunIdentity;
  readonly ended: Promise<RunEnd>;
  readonly #deps: RunDeps;
  readonly #parts: Parts;
  readonly #life: Life;
  readonly #ending: Ending;
  #exited = false;
  #abandoned = false;
  /** Monotonic milliseconds; undefined while nobody wants it to end. */
  #killAt: number | undefined;
  #kills = 0;
  #timer: Timer | undefined;

  constructor(deps: RunDeps, parts: Parts) {
    [this.#deps, this.#parts] = [deps, parts];
    const { at, child: { pid, exited } } = parts;
    const startTime = startTimeOf(deps, pid);
    this.#life = { generation: 1, pid, startTime, startedAt: 0, startedMono: 0, adopted: false };
    this.identity = { runId: at.runId, job: at.job, pid, startTime, bootId: deps.bootId };
    this.#ending = new Ending(deps, {
      name: at.job,
      traces: tracesOf(at),
      openOutput: () => parts.output.descriptor,
      isCurrent: () => !this.#exited,
      tell: (notice) => this.#tell(notice),
    });
    this.ended = exited.then((exit) => this.#end(exit));
    deps.oom.refresh(); // What the kernel killed before explains nothing of this.
  }

  stop(timeoutMs = this.#parts.job.stopTimeout): void {
    const { clock } = this.#deps;
    const killAt = clock.monotonic() + Math.max(0, timeoutMs);
    const isFirst = this.#killAt === undefined;
    this.#killAt = Math.min(killAt, this.#killAt ?? Infinity);
    if (this.#exited) return this.#ending.hasten(this.#killAt);
    if (isFirst) {
      const work = workOf(this.#parts.job);
      const spec = { ...work, name: this.#parts.job.name };
      this.#ending.ask(this.#life, { spec, signal: work.stopSignal, killAt });
    }
    if (this.#kills === 0) this.#killIn(this.#killAt - clock.monotonic());
  }

  #killIn(ms: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#deps.clock.after(Math.max(0, ms), () => {
      this.#kills++;
      this.#ending.kill(this.#life);
      this.#killIn(KILL_AGAIN);
    });
  }

  /** Its process goes on, but nobody here reads what it writes any more: the next daemon will end it. */
  abandon(): void {
    this.#abandoned = true;
    this.#timer?.[Symbol.dispose]();
    this.#parts.output[Symbol.dispose]();
  }

  async #end(status: ExitStatus): Promise<RunEnd> {
    this.#exited = true;
    this.#timer?.[Symbol.dispose]();
    const exit = this.#explain(status);
    const { output } = this.#parts;
    if (this.#killAt === undefined) this.#ending.clear(this.#life);
    else await this.#sweep(this.#killAt);
    output[Symbol.dispose]();
    if (!this.#abandoned) this.#release();
    return { exit, output: output.tail, leftovers: this.#ending.survivors };
  }

  /** What is left of its session may take what is left of the time. */
  async #sweep(killAt: number): Promise<void> {
    const until = this.#kills > 0 ? this.#deps.clock.monotonic() : killAt;
    await this.#ending.sweep({ life: this.#life, until });
  }

  /** Whatever still has the FIFO open has left the group, and is looked for with what else has. */
  #release(): void {
    const { pool, strays } = this.#deps;
    const { fifo } = this.#parts;
    const isFree = pool.give(fifo);
    if (this.#killAt === undefined) {
      const until = this.#deps.clock.monotonic();
      strays.add({ sweep: () => this.#ending.sweep({ until }), fifo: isFree ? undefined : fifo });
    } else if (!isFree) pool.drop(fifo);
  }

  /** A SIGKILL that was not ours may have been the kernel's, for want of memory. */
  #explain(status: ExitStatus): RunExit {
    const isTheirs = "signal" in status && status.signal === "SIGKILL" && this.#kills === 0;
    return isTheirs && this.#deps.oom.hasKilled() ? { ...status, outOfMemory: true } : status;
  }

  #tell(notice: Notice): void {
    const { log } = this.#deps;
    const fields = { job: this.identity.job, run: this.identity.runId };
    if (notice.kind === "swept") {
      log.warn(`killed what the run left behind: ${processNames(notice.processes)}`, fields);
    } else if (notice.kind === "survivors") {
      log.error(`processes of the run survived: ${processNames(notice.processes)}`, fields);
    } else if (notice.kind === "trouble") log.warn(`cannot ${notice.what}: ${notice.error}`, fields);
  }
}
