import { messageOf } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { JobSpec } from "../../jobs/job_spec.ts";
import { IN_DAEMON, type RunEnd, type RunIdentity, type RunOrder, type RunProcess } from "../../jobs/runner.ts";
import type { Clock, Timer } from "../../system/clock.ts";
import type { FunctionWork } from "./function_work.ts";

/** Ports of {@link FunctionRuns}. */
export interface FunctionRunDeps {
  readonly clock: Pick<Clock, "monotonic" | "after">;
  readonly log: Logger;
  readonly bootId: string;
}

/**
 * Runs the functions of jobs in this process. One that does not heed its signal within its `stopTimeout` cannot be ended:
 * it is let go, and named as what its run left behind; the end of its run says when it ends after all.
 */
export class FunctionRuns {
  readonly #deps: FunctionRunDeps;

  constructor(deps: FunctionRunDeps) {
    this.#deps = deps;
  }

  start(order: RunOrder, work: FunctionWork): RunProcess {
    return new FunctionRun(this.#deps, { order, work });
  }
}

interface Parts {
  readonly order: RunOrder;
  readonly work: FunctionWork;
}

/** One attempt of one run. */
class FunctionRun implements RunProcess {
  readonly identity: RunIdentity;
  readonly ended: Promise<RunEnd>;
  readonly #deps: FunctionRunDeps;
  readonly #job: JobSpec;
  readonly #abort = new AbortController();
  readonly #patience = Promise.withResolvers<RunEnd>();
  #timer: Timer | undefined;
  /** Monotonic milliseconds. */
  #letGoAt = Infinity;

  constructor(deps: FunctionRunDeps, { order, work }: Parts) {
    const { job, runId } = order;
    [this.#deps, this.#job] = [deps, job];
    this.identity = { runId, job: job.name, pid: 0, startTime: IN_DAEMON, bootId: deps.bootId };
    // Not at once: that it was started is told before it says anything itself.
    const settled = Promise.resolve().then(() => this.#call(work, order)).then(
      () => ENDED_WELL,
      (error) => this.#failure(error),
    );
    this.ended = Promise.race([settled, this.#patience.promise])
      .then((end) => end === LET_GO ? { ...end, lingers: this.#follow(settled) } : end)
      .finally(() => this.#timer?.[Symbol.dispose]());
  }

  /** Resolves when its code has ended, which is told. */
  async #follow(settled: Promise<unknown>): Promise<void> {
    await settled;
    const { runId, job } = this.identity;
    this.#deps.log.warn("the code of a run that was let go has ended", { job, run_id: runId });
  }

  /** Code that waits for an abort would not hear of one that has been. */
  async #call(work: FunctionWork, order: RunOrder): Promise<void> {
    const { signal } = this.#abort;
    signal.throwIfAborted();
    await work.call(order, signal);
  }

  stop(timeoutMs = this.#job.stopTimeout): void {
    const { clock } = this.#deps;
    const letGoAt = clock.monotonic() + Math.max(0, timeoutMs);
    if (letGoAt >= this.#letGoAt) return;
    this.#letGoAt = letGoAt;
    this.#timer?.[Symbol.dispose]();
    this.#timer = clock.after(Math.max(0, timeoutMs), () => this.#patience.resolve(LET_GO));
    this.#abort.abort();
  }

  /** What it throws because of its signal says nothing. */
  #failure(error: unknown): RunEnd {
    if (this.#abort.signal.aborted && error === this.#abort.signal.reason) return FAILED;
    const reason = messageOf(error) || "it threw without a message";
    const { runId, job } = this.identity;
    this.#deps.log.debug("a run threw", { job, run_id: runId, stack: (error as Error | null)?.stack ?? reason });
    return { ...FAILED, reason, output: reason };
  }
}

const ENDED_WELL: RunEnd = { exit: { code: 0 }, output: "", leftovers: [] };
const FAILED: RunEnd = { exit: null, output: "", leftovers: [] };
const LET_GO: RunEnd = { ...FAILED, leftovers: [{ pid: 0, command: "its code" }] };
