/**
 * The programs room owns the processes that the configuration names: starts them, captures what they write, restarts
 * them, ends them with all that they left behind, and takes over those of a daemon that died. It keeps tasks, which are
 * functions of this process, by the same rules.
 * It never decodes what they write, never reads the configuration, and never signals a process that it did not identify.
 */
import { AppdError, systemError } from "../base/errors.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { ProgramPlan } from "../base/reload_reports.ts";
import { AdoptedWatch } from "./adopted_watch.ts";
import { Afterwards } from "./afterwards.ts";
import { Census } from "./census.ts";
import { missingOf } from "./dependencies.ts";
import type { Shared, SupervisorDeps } from "./deps.ts";
import { fieldsOf, levelOf, type ProgramEvent, sentence } from "./events.ts";
import { FifoKeeper } from "./fifo_keeper.ts";
import { Mover } from "./mover.ts";
import { Program } from "./program.ts";
import type { OnFailed, ProgramSpec } from "./program_spec.ts";
import { type ApplyResult, Reconciler } from "./reconciler.ts";
import { forgetAll } from "./rest.ts";
import { Rounds } from "./rounds.ts";
import { lifeOf } from "./state.ts";
import { haltInOrder, stopInOrder, type StopReport } from "./stop_in_order.ts";
import { Task } from "./task.ts";
import { isTask, type UnitSpec } from "./task_spec.ts";
import { dependencyOf } from "./unit.ts";
import { Units } from "./units.ts";

/** A program that runs, for those who look at its processes. A task is none. */
export interface Root {
  readonly name: string;
  readonly pid: number;
  readonly startTime: string;
  readonly spec: ProgramSpec;
}

/** Keeps a set of programs, and of tasks, running. What is said of programs here goes for tasks too. */
export interface Supervisor {
  /**
   * Makes what runs agree with `specs`: starts the new, stops the removed, restarts the changed, leaves the same alone.
   * The first call adopts what an earlier daemon left running. Calls follow one another.
   *
   * @param cause who or what wants it, such as `a reload`; default `the daemon's start`
   * @throws AppdError (config) when a name is unfit or given twice; then nothing was changed
   */
  apply(specs: readonly UnitSpec[], cause?: string): Promise<ApplyResult>;
  /** What {@link apply} would do. */
  plan(specs: readonly UnitSpec[]): ProgramPlan;
  /** Who could not be started, as far as can be told beforehand, of those that {@link apply} would start or restart. */
  unfit(specs: readonly UnitSpec[]): { readonly name: string; readonly reason: string }[];
  /**
   * Starts a program that does not run, stops one with all that it left behind, does one after the other, or forgives its
   * past failures and tries again at once. `name` may also be that of a section, for all its instances.
   *
   * @throws AppdError (notRunning) when there is none of that name, (unavailable) when the daemon is stopping
   */
  act(action: ProgramAction, name: string, cause: string): Promise<void>;
  /**
   * Sends a signal to the process groups.
   *
   * @returns how many programs got it @throws AppdError as {@link act}, (usage) when it is a task
   */
  signal(name: string, signal: Deno.Signal): number;
  list(): ProgramStatus[];
  /** The programs that run, without the tasks. */
  roots(): Root[];
  /** What is to happen to the rest when this program fails; only of a critical one anything is. */
  onFailed(name: string): OnFailed;
  /** A program is seen to need a restart: it uses too much memory. */
  complain(name: string, reason: string): void;
  /**
   * Stops programs in the order of their dependencies, but not for good: they can be started again, and the next daemon
   * does.
   */
  halt(names: readonly string[], cause: string): Promise<void>;
  /**
   * Stops all programs, dependents before what they depend on, in parallel where nothing depends. Never rejects, returns
   * at the deadline; may be called again with a nearer one.
   */
  stopAll(options: { readonly deadlineMs: number }): Promise<StopReport>;
  /** As {@link stopAll}, of the tasks alone: the programs go on without this daemon. */
  stopTasks(options: { readonly deadlineMs: number }): Promise<StopReport>;
  /** Rotates the logs; rejects when one could not be rotated, after all were tried. */
  rotateLogs(): Promise<void>;
  reopenLogs(): void;
  /** What is wrong with the capture of output, one line each; for health. */
  problems(): string[];
  onEvent(fn: (event: ProgramEvent) => void): Disposable;
  /** Lets go of FIFOs and logs without stopping anything. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What somebody can want of a program. */
export type ProgramAction = "start" | "stop" | "restart" | "reset";

/** One read takes all that a FIFO holds, pipe(7). */
const READ_BYTES = 65_536;

/**
 * A supervisor without programs; {@link Supervisor.apply} brings them.
 *
 * @throws AppdError when the programs' directory cannot be made
 */
export function createSupervisor(deps: SupervisorDeps): Supervisor {
  try {
    deps.files.makeDirectory(deps.directory, 0o700);
    // The kernel names a program's FIFO by its real path, and that is how we find the program again.
    return new ProgramSupervisor({ ...deps, directory: deps.files.realPath(deps.directory) });
  } catch (error) {
    throw systemError(["make", deps.directory], error);
  }
}

/** Answers questions, carries out what somebody wants by hand, and knows whether the daemon is about to end. */
class ProgramSupervisor implements Supervisor {
  readonly #shared: Shared;
  readonly #units: Units;
  readonly #reconciler: Reconciler;
  readonly #listeners = new Set<(event: ProgramEvent) => void>();
  #stopping = false;
  /** The tasks are being stopped, or were: the daemon ends, and the programs go on. */
  #leaving = false;
  /** A look for what programs wait for is due. */
  #rechecks = false;

  constructor(deps: SupervisorDeps) {
    const rounds = new Rounds(deps.clock, deps.fifos);
    const shared: Shared = {
      random: Math.random,
      ...deps,
      census: new Census(deps.processes, deps.clock),
      rounds,
      watch: new AdoptedWatch(rounds, deps.processes),
      bootId: deps.processes.bootId(),
      mover: new Mover(deps, new Uint8Array(READ_BYTES)),
      ...(deps.keepOutput ? { keeper: new FifoKeeper(deps) } : {}),
      afterwards: new Afterwards(),
      tell: (event) => shared.afterwards.do(() => this.#tell(event)),
      missing: (spec) => spec.dependsOn === undefined ? [] : missingOf(spec, [...this.#units].map(dependencyOf)),
      isStopping: () => this.#stopping,
      isLeaving: () => this.#stopping || this.#leaving,
      changed: () => this.#recheck(),
    };
    const create = (spec: UnitSpec) => isTask(spec) ? new Task(shared, spec) : new Program(shared, spec);
    this.#shared = shared;
    this.#units = new Units({ log: deps.log, create });
    this.#reconciler = new Reconciler(shared, this.#units);
  }

  /** Once for many: each look at all of them for each of them would add up. */
  #recheck(): void {
    if (this.#rechecks) return;
    this.#rechecks = true;
    this.#shared.afterwards.do(() => {
      this.#rechecks = false;
      this.#units.recheck();
    });
  }

  #tell(event: ProgramEvent): void {
    this.#shared.log[levelOf(event)](sentence(event), fieldsOf(event));
    for (const listener of this.#listeners) listener(event);
  }

  apply(specs: readonly UnitSpec[], cause = "the daemon's start"): Promise<ApplyResult> {
    return this.#reconciler.apply(specs, cause);
  }

  plan(specs: readonly UnitSpec[]): ProgramPlan {
    return this.#reconciler.plan(specs);
  }

  unfit(specs: readonly UnitSpec[]): { name: string; reason: string }[] {
    return this.#reconciler.unfit(specs);
  }

  async act(action: ProgramAction, name: string, cause: string): Promise<void> {
    const machines = this.#units.named(name, action).map(({ machine }) => machine);
    if (this.#shared.isLeaving() && action !== "stop") {
      throw new AppdError(`cannot ${action} "${name}": the daemon is stopping`, { exit: "unavailable" });
    }
    const event = action === "stop" ? { type: action, remember: true, cause } as const : { type: action, cause };
    this.#shared.afterwards.following(() => {
      for (const machine of machines) machine.dispatch(event);
    });
    await Promise.all(machines.map((machine) => machine.settled()));
  }

  signal(name: string, signal: Deno.Signal): number {
    const units = this.#units.named(name, "signal");
    if (units.some(({ spec }) => isTask(spec))) {
      throw new AppdError(`cannot signal "${name}": it is a service inside the daemon`, {
        exit: "usage",
        hint: `to have it start anew: appd programs restart ${name}`,
      });
    }
    return units.filter((unit) => unit.signal(signal)).length;
  }

  list(): ProgramStatus[] {
    return this.#units.statuses();
  }

  roots(): Root[] {
    return [...this.#units].flatMap(({ name, spec, machine }) => {
      const life = lifeOf(machine.state);
      return life === undefined || isTask(spec) ? [] : [{ name, pid: life.pid, startTime: life.startTime, spec }];
    });
  }

  onFailed(name: string): OnFailed {
    const spec = this.#units.get(name)?.spec;
    return spec?.critical ? spec.onFailed ?? "degrade" : "degrade";
  }

  complain(name: string, reason: string): void {
    this.#units.get(name)?.machine.complain(reason);
  }

  async halt(names: readonly string[], cause: string): Promise<void> {
    await haltInOrder(this.#units.of(names), { cause });
  }

  async stopAll({ deadlineMs }: { readonly deadlineMs: number }): Promise<StopReport> {
    const isAgain = this.#stopping;
    this.#stopping = true;
    const units = [...this.#units];
    const report = await stopInOrder(units, { clock: this.#shared.clock, deadlineMs, isAgain });
    for (const unit of units) unit.forget();
    forgetAll(this.#shared);
    return report;
  }

  async stopTasks({ deadlineMs }: { readonly deadlineMs: number }): Promise<StopReport> {
    const isAgain = this.#leaving;
    this.#leaving = true;
    const tasks = [...this.#units].filter(({ spec }) => isTask(spec));
    return await stopInOrder(tasks, { clock: this.#shared.clock, deadlineMs, isAgain });
  }

  async rotateLogs(): Promise<void> {
    const results = await Promise.allSettled([...this.#units].map(({ stream }) => stream?.rotate()));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  reopenLogs(): void {
    for (const { stream } of this.#units) stream?.reopen();
  }

  problems(): string[] {
    return [...this.#units].flatMap(({ name, stream }) =>
      stream?.problem === undefined ? [] : [`${name}: ${stream.problem.error}`]
    );
  }

  onEvent(fn: (event: ProgramEvent) => void): Disposable {
    this.#listeners.add(fn);
    return { [Symbol.dispose]: () => void this.#listeners.delete(fn) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#units.close();
    this.#shared.mover[Symbol.dispose]();
    this.#shared.keeper?.close();
  }
}
