import { AppdError, messageOf } from "../base/errors.ts";
import type { Clock, Timer } from "../system/clock.ts";
import { type Phase, type PhaseEvent, stepPhase } from "./attempt_table.ts";
import type { JobSpec } from "./job_spec.ts";
import type { Run } from "./run.ts";
import type { RunEnd, Runner, RunProcess } from "./runner.ts";
import type { Turns } from "./turns.ts";
import { humanDuration } from "../base/duration.ts";

/** Who hears of a run while it is worked on. */
export interface ExecutionListener {
  /** Its row has changed and is to be written down. Resolves when it is on disk. */
  readonly record: (run: Run) => Promise<unknown>;
  /** What its next attempt has to wait for, beside a place; undefined when nothing keeps it. */
  readonly hindrance: (run: Run) => string | undefined;
  /** Takes a place for the next attempt. False when there is none now. */
  readonly takePlace: () => boolean;
  readonly onStarted: (run: Run) => void;
  readonly onRetrying: (run: Run, inMs: number) => void;
  /** Its next attempt is due, and waits for something else. */
  readonly onHeldUp: (run: Run, because: string) => void;
  readonly onLeftovers: (run: Run, end: Pick<RunEnd, "leftovers" | "lingers">) => void;
  /** The outcome stands, and is not written down yet. `hadPlace`: it did not wait for its next attempt. */
  readonly onEnded: (run: Run, hadPlace: boolean) => void;
}

export interface ExecutionDeps {
  readonly clock: Clock;
  readonly runner: Runner;
  readonly listener: ExecutionListener;
  /** In which processes are started. */
  readonly turns: Pick<Turns, "take">;
}

/** Milliseconds after which an attempt that could not begin asks again. */
const ASK_AGAIN_MS = 1000;

/** One run from the moment it is let in to its outcome: attempts, timeout, retries. */
export class Execution {
  readonly #deps: ExecutionDeps;
  readonly #spec: JobSpec;
  #run: Run;
  #phase: Phase;
  #process: RunProcess | undefined;
  #timer: Timer | undefined;
  #startedMono = 0;

  private constructor(deps: ExecutionDeps, spec: JobSpec, at: { readonly run: Run; readonly phase: Phase }) {
    this.#deps = deps;
    this.#spec = spec;
    this.#run = at.run;
    this.#phase = at.phase;
  }

  /** @param committed resolves when the row, which says `running`, is on disk */
  static begin(deps: ExecutionDeps, spec: JobSpec, of: { run: Run; committed: Promise<unknown> }): Execution {
    const execution = new Execution(deps, spec, {
      run: of.run,
      phase: { name: "committing", attempt: of.run.attempts },
    });
    void of.committed.then(() => execution.#committed());
    return execution;
  }

  /** Goes on with a run that waited for its next attempt when an earlier daemon ended. */
  static resume(deps: ExecutionDeps, spec: JobSpec, run: Run): Execution {
    const delayMs = Math.max(0, (run.retryAt ?? 0) - deps.clock.now());
    const execution = new Execution(deps, spec, {
      run,
      phase: { name: "retrying", attempt: run.attempts, delayMs, reason: run.reason },
    });
    execution.#armRetry(delayMs);
    return execution;
  }

  get run(): Run {
    return this.#run;
  }

  /** It waits for its next attempt. */
  get isRetrying(): boolean {
    return this.#phase.name === "retrying";
  }

  /** As it was when the run began. */
  get spec(): JobSpec {
    return this.#spec;
  }

  /** Ends it. @param stopTimeoutMs instead of the job's own */
  cancel(reason: string, stopTimeoutMs?: number): void {
    if (this.#phase.name === "stopping" && stopTimeoutMs !== undefined) this.#process?.stop(stopTimeoutMs);
    this.#dispatch({ type: "cancel", reason }, stopTimeoutMs);
  }

  /** Lets go of it without an outcome: the next daemon goes on with what its row says. */
  leave(): void {
    this.#disarm();
  }

  #dispatch(event: PhaseEvent, stopTimeoutMs?: number): void {
    const hadPlace = !this.isRetrying;
    const { phase, effects } = stepPhase(this.#phase, event, this.#spec);
    this.#phase = phase;
    for (const effect of effects) {
      switch (effect) {
        case "commit":
          this.#commit();
          break;
        case "spawn":
          this.#spawn();
          break;
        case "stop":
          this.#disarm();
          this.#process?.stop(stopTimeoutMs);
          break;
        case "arm_timeout":
          this.#armTimeout();
          break;
        case "arm_retry":
          if (phase.name === "retrying") this.#armRetry(phase.delayMs);
          break;
        case "finish":
          if (phase.name === "ended") this.#finish(phase, hadPlace);
          break;
      }
    }
  }

  #commit(): void {
    const { clock, listener } = this.#deps;
    if (this.#phase.name === "retrying") {
      const { delayMs, reason } = this.#phase;
      this.#change({ state: "retrying", retryAt: clock.now() + delayMs, reason, pid: 0, startTime: "" });
      listener.onRetrying(this.#run, delayMs);
      void listener.record(this.#run);
    } else if (this.#phase.name === "committing") {
      const { attempt: attempts } = this.#phase;
      const afresh = { reason: null, retryAt: null, exit: null, durationMs: null };
      this.#change({ state: "running", attempts, startedAt: clock.now(), ...afresh });
      void listener.record(this.#run).then(() => this.#committed());
    }
  }

  #committed(): void {
    this.#deps.turns.take(() => this.#dispatch({ type: "committed" }));
  }

  #spawn(): void {
    const { clock, runner, listener } = this.#deps;
    const { id: runId, number, slotAt, cause, attempts: attempt } = this.#run;
    this.#startedMono = clock.monotonic();
    try {
      const started = runner.start({ job: this.#spec, runId, number: number ?? 0, slotAt, attempt, cause });
      const { pid, startTime, bootId } = started.identity;
      this.#process = started;
      this.#change({ startedAt: clock.now(), pid, startTime, bootId });
      void started.ended.then((end) => this.#exited(end));
      void listener.record(this.#run); // Its mark finds it too, should this come too late.
      listener.onStarted(this.#run);
    } catch (error) {
      if (!(error instanceof AppdError)) throw error;
      const mayPass = (error as { mayPass?: boolean }).mayPass === true;
      queueMicrotask(() => this.#dispatch({ type: "refused", reason: messageOf(error), mayPass }));
    }
  }

  #exited(end: RunEnd): void {
    const { exit, reason, output } = end;
    this.#disarm();
    this.#process = undefined;
    const durationMs = this.#deps.clock.monotonic() - this.#startedMono;
    this.#change({ exit, output, durationMs });
    if (end.leftovers.length > 0) this.#deps.listener.onLeftovers(this.#run, end);
    this.#dispatch({ type: "exited", exit, ...(reason === undefined ? {} : { reason }) });
  }

  #armTimeout(): void {
    const { timeout } = this.#spec;
    if (timeout <= 0 || this.#phase.name !== "running") return;
    const reason = `did not end within ${humanDuration(timeout)}`;
    this.#timer = this.#deps.clock.after(timeout, () => this.#dispatch({ type: "timed_out", reason }));
  }

  #armRetry(delayMs: number): void {
    this.#timer = this.#deps.clock.after(delayMs, () => {
      if (this.#mayTryAgain()) this.#dispatch({ type: "retry_due" });
      else this.#armRetry(ASK_AGAIN_MS);
    });
  }

  #mayTryAgain(): boolean {
    const { hindrance, takePlace } = this.#deps.listener;
    const because = hindrance(this.#run);
    if (because === undefined) return takePlace();
    this.#holdUp(because);
    return false;
  }

  /** To wait is no attempt, and is told once. */
  #holdUp(because: string): void {
    const { record, onHeldUp } = this.#deps.listener;
    if (this.#run.reason === because && this.#run.retryAt === null) return;
    this.#change({ reason: because, retryAt: null });
    void record(this.#run);
    onHeldUp(this.#run, because);
  }

  #disarm(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #finish({ outcome, reason }: Extract<Phase, { name: "ended" }>, hadPlace: boolean): void {
    this.#disarm();
    this.#change({ state: outcome, reason, endedAt: this.#deps.clock.now(), retryAt: null });
    this.#deps.listener.onEnded(this.#run, hadPlace);
  }

  #change(more: Partial<Run>): void {
    this.#run = { ...this.#run, ...more };
  }
}
