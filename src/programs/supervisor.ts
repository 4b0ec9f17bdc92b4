/**
 * The programs room owns the processes that the configuration names: starts them, captures what they write, restarts
 * them, ends them with all that they left behind, and takes over those of a daemon that died. It keeps tasks, which are
 * functions of this process, by the same rules.
 * It never decodes what they write, never reads the configuration, and never signals a process that it did not identify.
 */
import { join } from "node:path";
import { AppdError, errnoOf, systemError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { ProgramPlan, ProgramStatus } from "../base/reports.ts";
import { AdoptedWatch } from "./adopted_watch.ts";
import { FIFO_NAME } from "./adoption.ts";
import { Afterwards } from "./afterwards.ts";
import { Census } from "./census.ts";
import { familyOf, levelsOf, missingOf } from "./dependencies.ts";
import type { Shared, SupervisorDeps } from "./deps.ts";
import { fieldsOf, levelOf, type ProgramEvent, sentence, type Survivor } from "./events.ts";
import { FifoKeeper } from "./fifo_keeper.ts";
import { Mover } from "./mover.ts";
import { Program } from "./program.ts";
import { foreseeFailure } from "./launch.ts";
import { planOf } from "./plan.ts";
import type { OnFailed, ProgramSpec } from "./program_spec.ts";
import { Rounds } from "./rounds.ts";
import { isUnwanted, lifeOf } from "./state.ts";
import { takeOver } from "./take_over.ts";
import { Task } from "./task.ts";
import { isTask, processesOf, type UnitSpec } from "./task_spec.ts";
import { dependencyOf, type Unit } from "./unit.ts";

/** What {@link Supervisor.apply} did, by program name. */
export interface ApplyResult extends ProgramPlan {
  readonly adopted: readonly string[];
  /** Who could not even be started, of those that were to be. */
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
}

/** A program that runs, for those who look at its processes. A task is none. */
export interface Root {
  readonly name: string;
  readonly pid: number;
  readonly startTime: string;
  readonly spec: ProgramSpec;
}

/** Who ended how. `killed`: also the tasks that end with the daemon; `late`: not ended at the deadline. Milliseconds. */
export interface StopReport {
  readonly graceful: readonly string[];
  readonly killed: readonly string[];
  readonly late: readonly string[];
  readonly survivors: readonly (Survivor & { readonly program: string })[];
  readonly durationMs: number;
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
  /** Stops programs in the order of their dependencies, but not for good: they can be started again. */
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

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;
/** One read takes all that a FIFO holds, pipe(7). */
const READ_BYTES = 65_536;
/** The part of a deadline, and the most milliseconds of it, that are kept for killing and sweeping. */
const RESERVE_PART = 0.2;
const RESERVE_MOST = 1500;
const SHUTDOWN = "the daemon stops";

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

class ProgramSupervisor implements Supervisor {
  readonly #shared: Shared;
  readonly #programs = new Map<string, Unit>();
  /** Tasks that nobody wants any more, and that go on: they ignore their signal. */
  readonly #outgoing = new Set<Unit>();
  readonly #listeners = new Set<(event: ProgramEvent) => void>();
  #turn: Promise<unknown> = Promise.resolve();
  #first = true;
  #stopping = false;
  /** The tasks are being stopped, or were: the daemon ends, and the programs go on. */
  #leaving = false;
  /** A look for what programs wait for is due. */
  #rechecks = false;

  constructor(deps: SupervisorDeps) {
    const rounds = new Rounds(deps.clock, deps.fifos);
    this.#shared = {
      random: Math.random,
      ...deps,
      census: new Census(deps.processes, deps.clock),
      rounds,
      watch: new AdoptedWatch(rounds, deps.processes),
      bootId: deps.processes.bootId(),
      mover: new Mover(deps, new Uint8Array(READ_BYTES)),
      ...(deps.keepOutput ? { keeper: new FifoKeeper(deps) } : {}),
      afterwards: new Afterwards(),
      tell: (event) => this.#shared.afterwards.do(() => this.#tell(event)),
      missing: (spec) =>
        spec.dependsOn === undefined ? [] : missingOf(spec, [...this.#programs.values()].map(dependencyOf)),
      isStopping: () => this.#stopping,
      isLeaving: () => this.#stopping || this.#leaving,
      changed: () => this.#recheck(),
    };
  }

  /** Once for many: each look at all of them for each of them would add up. */
  #recheck(): void {
    if (this.#rechecks) return;
    this.#rechecks = true;
    this.#shared.afterwards.do(() => {
      this.#rechecks = false;
      for (const program of this.#programs.values()) program.machine.recheck();
      for (const program of this.#outgoing) if (program.machine.state.kind === "stopped") void this.#drop(program);
    });
  }

  #tell(event: ProgramEvent): void {
    this.#shared.log[levelOf(event)](sentence(event), fieldsOf(event));
    for (const listener of this.#listeners) listener(event);
  }

  apply(specs: readonly UnitSpec[], cause = "the daemon's start"): Promise<ApplyResult> {
    const turn = this.#turn.then(() => this.#apply(specs, cause));
    this.#turn = turn.catch(() => {}); // Who called apply hears of it; the next call is another matter.
    return turn;
  }

  plan(specs: readonly UnitSpec[]): ProgramPlan {
    const present = [...this.#programs.values()].filter((program) => !this.#outgoing.has(program));
    return planOf(present.map(({ spec, machine: { state } }) => ({ spec, isStopped: isUnwanted(state) })), specs);
  }

  unfit(specs: readonly UnitSpec[]): { name: string; reason: string }[] {
    const { start, restart } = this.plan(specs);
    const begun = new Set([...start, ...restart]);
    return processesOf(specs).filter(({ name }) => begun.has(name)).flatMap((spec) => {
      const reason = foreseeFailure(this.#shared, spec);
      return reason === undefined ? [] : [{ name: spec.name, reason }];
    });
  }

  async #apply(specs: readonly UnitSpec[], cause: string): Promise<ApplyResult> {
    checkNames(specs);
    const adopted = this.#first ? this.#takeOver(specs) : [];
    this.#first = false;
    const stale = new Set(adopted.filter((name) => this.#programs.get(name)?.machine.isSettled === false));
    const plan = withRestarts(this.plan(specs), stale);
    await this.halt(plan.stop, cause);
    await Promise.all(plan.stop.map((name) => this.#remove(name)));
    if (this.#stopping) return { ...plan, start: [], restart: [], adopted, failed: [] };
    await this.#configure(specs);
    this.#prepare(plan.start);
    const changed = plan.restart.filter((name) => !stale.has(name)); // The others are on their way.
    this.#shared.afterwards.following(() => {
      for (const name of plan.start) this.#programs.get(name)?.machine.dispatch({ type: "start", cause });
      for (const name of changed) this.#programs.get(name)?.machine.dispatch({ type: "restart", cause });
    });
    const touched = [...plan.start, ...plan.restart].flatMap((name) => this.#programs.get(name) ?? []);
    await Promise.all(touched.map((program) => program.machine.settled()));
    return { ...plan, adopted, failed: touched.flatMap(failureOf) };
  }

  #takeOver(specs: readonly UnitSpec[]): string[] {
    const tasks = specs.filter(isTask).flatMap((spec) => Task.recalled(this.#shared, spec) ?? []);
    const taken = [...takeOver(this.#shared, processesOf(specs)), ...tasks];
    for (const program of taken) this.#programs.set(program.name, program);
    return taken.filter(({ machine: { state } }) => lifeOf(state) !== undefined).map((program) => program.name);
  }

  /** Every program is there before the first is started: one may depend on another that comes later. */
  async #configure(specs: readonly UnitSpec[]): Promise<void> {
    for (const spec of specs) {
      const known = this.#programs.get(spec.name);
      if (known !== undefined && isTask(known.spec) === isTask(spec)) await this.#change(known, spec);
      else {
        if (known !== undefined) await this.#drop(known); // Once a task, and now a program.
        this.#programs.set(spec.name, this.#create(spec));
      }
    }
    this.#sort(specs);
  }

  #create(spec: UnitSpec): Unit {
    return isTask(spec) ? new Task(this.#shared, spec) : new Program(this.#shared, spec);
  }

  /** Whoever lists the programs sees them in the order of the configuration. */
  #sort(specs: readonly UnitSpec[]): void {
    const all = new Map(this.#programs);
    this.#programs.clear();
    for (const name of new Set([...specs.map((spec) => spec.name), ...all.keys()])) {
      const program = all.get(name);
      if (program !== undefined) this.#programs.set(name, program);
    }
  }

  /** Makes what many programs need faster together than each for itself. What fails will fail again at the start. */
  #prepare(names: readonly string[]): void {
    const { files, fifos } = this.#shared;
    const homes = names.flatMap((name) => this.#programs.get(name)?.stream?.directory ?? []);
    try {
      for (const home of homes) files.makeDirectory(home, 0o700);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
    fifos.prepare(homes.map((home) => join(home, FIFO_NAME)));
  }

  async #change(program: Unit, spec: UnitSpec): Promise<void> {
    this.#outgoing.delete(program);
    try {
      await program.configure(spec);
    } catch (error) {
      this.#shared.log.error("cannot open the program's log anew, the old one goes on", { program: spec.name, error });
    }
  }

  /** A task that goes on stays, so that none of its name begins beside it. */
  async #remove(name: string): Promise<void> {
    const program = this.#programs.get(name);
    program?.forget();
    if (program?.machine.state.kind === "lingering") this.#outgoing.add(program);
    else if (program !== undefined) await this.#drop(program);
  }

  async #drop(program: Unit): Promise<void> {
    this.#outgoing.delete(program);
    this.#programs.delete(program.name);
    await program.close();
  }

  /** The program, or all instances of the section with this name. */
  #members(verb: string, name: string): Unit[] {
    const all = [...this.#programs.values()].filter((program) => !this.#outgoing.has(program));
    const members = all.filter((program) => program.name === name || familyOf(program.spec) === name);
    if (members.length > 0) return members;
    const names = [...new Set(all.flatMap((program) => [familyOf(program.spec), program.name]))];
    const near = nearest(name, names);
    throw new AppdError(`cannot ${verb} "${name}": there is no such program`, {
      exit: "notRunning",
      hint: near === undefined ? `programs of this instance: ${names.join(", ") || "none"}` : `did you mean "${near}"?`,
    });
  }

  async act(action: ProgramAction, name: string, cause: string): Promise<void> {
    const members = this.#members(action, name);
    if ((this.#stopping || this.#leaving) && action !== "stop") {
      throw new AppdError(`cannot ${action} "${name}": the daemon is stopping`, { exit: "unavailable" });
    }
    this.#shared.afterwards.following(() => {
      for (const program of members) program.machine.dispatch({ type: action, cause });
    });
    await Promise.all(members.map((program) => program.machine.settled()));
  }

  signal(name: string, signal: Deno.Signal): number {
    const members = this.#members("signal", name);
    if (members.some(({ spec }) => isTask(spec))) {
      throw new AppdError(`cannot signal "${name}": it is a service inside the daemon`, {
        exit: "usage",
        hint: `to have it start anew: appd programs restart ${name}`,
      });
    }
    return members.filter((program) => program.signal(signal)).length;
  }

  list(): ProgramStatus[] {
    return [...this.#programs.values()].map((program) => program.status());
  }

  roots(): Root[] {
    return [...this.#programs.values()].flatMap(({ name, spec, machine: { state } }) => {
      const life = lifeOf(state);
      return life === undefined || isTask(spec) ? [] : [{ name, pid: life.pid, startTime: life.startTime, spec }];
    });
  }

  onFailed(name: string): OnFailed {
    const spec = this.#programs.get(name)?.spec;
    return spec?.critical ? spec.onFailed ?? "degrade" : "degrade";
  }

  complain(name: string, reason: string): void {
    this.#programs.get(name)?.machine.complain(reason);
  }

  async halt(names: readonly string[], cause: string): Promise<void> {
    const programs = names.flatMap((name) => this.#programs.get(name) ?? []);
    for (const level of this.#levelsDown(programs)) {
      for (const program of level) program.machine.dispatch({ type: "stop", cause });
      await Promise.all(level.map((program) => program.machine.settled()));
    }
  }

  /** Dependents first. */
  #levelsDown(programs: readonly Unit[]): Unit[][] {
    const byName = new Map(programs.map((program) => [program.name, program]));
    const levels = levelsOf(programs.map(({ spec }) => spec)).reverse();
    return levels.map((level) => level.flatMap(({ name }) => byName.get(name) ?? []));
  }

  async stopAll({ deadlineMs }: { readonly deadlineMs: number }): Promise<StopReport> {
    const isAgain = this.#stopping;
    this.#stopping = true;
    const programs = [...this.#programs.values()];
    const report = await this.#stop(programs, { deadlineMs, isAgain });
    for (const program of programs) program.forget();
    return report;
  }

  async stopTasks({ deadlineMs }: { readonly deadlineMs: number }): Promise<StopReport> {
    const isAgain = this.#leaving;
    this.#leaving = true;
    return await this.#stop([...this.#programs.values()].filter(({ spec }) => isTask(spec)), { deadlineMs, isAgain });
  }

  async #stop(
    programs: readonly Unit[],
    { deadlineMs, isAgain }: { readonly deadlineMs: number; readonly isAgain: boolean },
  ): Promise<StopReport> {
    const { clock } = this.#shared;
    const began = clock.monotonic();
    const idle = new Set(programs.filter((program) => program.machine.state.kind === "stopped"));
    const end = began + deadlineMs - Math.min(RESERVE_MOST, deadlineMs * RESERVE_PART);
    const late = programs.filter((program) => isAgain || lifeOf(program.machine.state) === undefined);
    for (const program of late) {
      program.machine.dispatch({ type: "stop", timeoutMs: Math.max(0, end - began), cause: SHUTDOWN });
    }
    const work = isAgain
      ? Promise.all(programs.map((one) => one.machine.settled()))
      : this.#stopByLevels(programs, end);
    await this.#within(work, Math.max(deadlineMs, RESERVE_MOST));
    return reportOf(programs.filter((program) => !idle.has(program)), clock.monotonic() - began);
  }

  /** Each level gets what its slowest program may want; when that is too much in all, each gets less by the same part. */
  async #stopByLevels(programs: readonly Unit[], end: number): Promise<void> {
    const levels = this.#levelsDown(programs);
    for (const [i, level] of levels.entries()) {
      const wants = levels.slice(i).map((one) => Math.max(1, ...one.map(({ spec }) => spec.stopTimeout)));
      const left = Math.max(0, end - this.#shared.clock.monotonic());
      const part = Math.min(1, left / wants.reduce((sum, want) => sum + want, 0));
      const timeoutMs = i === levels.length - 1 ? left : (wants[0] ?? 0) * part;
      for (const program of level) program.machine.dispatch({ type: "stop", timeoutMs, cause: SHUTDOWN });
      await Promise.all(level.map((program) => program.machine.settled()));
    }
  }

  /** Waits for `work`, but no longer than `ms`. */
  async #within(work: Promise<unknown>, ms: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    using _timer = this.#shared.clock.after(ms, over.resolve);
    await Promise.race([work, over.promise]);
  }

  async rotateLogs(): Promise<void> {
    const results = await Promise.allSettled([...this.#programs.values()].map((program) => program.stream?.rotate()));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  reopenLogs(): void {
    for (const program of this.#programs.values()) program.stream?.reopen();
  }

  problems(): string[] {
    return [...this.#programs.values()].flatMap(({ name, stream }) =>
      stream?.problem === undefined ? [] : [`${name}: ${stream.problem.error}`]
    );
  }

  onEvent(fn: (event: ProgramEvent) => void): Disposable {
    this.#listeners.add(fn);
    return { [Symbol.dispose]: () => void this.#listeners.delete(fn) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#programs.values()].map((program) => program.close()));
    this.#programs.clear();
    this.#shared.mover[Symbol.dispose]();
    this.#shared.keeper?.close();
  }
}

function withRestarts(plan: ProgramPlan, names: ReadonlySet<string>): ProgramPlan {
  const without = (list: readonly string[]) => list.filter((name) => !names.has(name));
  const kept = [...plan.keep, ...plan.update].filter((name) => names.has(name));
  return { ...plan, restart: [...plan.restart, ...kept], update: without(plan.update), keep: without(plan.keep) };
}

function failureOf({ name, machine: { state } }: Unit): { name: string; reason: string }[] {
  return state.kind === "failed" ? [{ name, reason: state.reason }] : [];
}

function checkNames(specs: readonly UnitSpec[]): void {
  const seen = new Set<string>();
  for (const { name } of specs) {
    if (!NAME.test(name)) {
      throw new AppdError(`cannot supervise "${name}": not a fit name for a program`, {
        exit: "config",
        hint: "use letters, digits, dot, underscore and hyphen, at most 100, and no dot or hyphen at the front",
      });
    }
    if (seen.has(name)) {
      throw new AppdError(`cannot supervise "${name}": two programs have this name`, { exit: "config" });
    }
    seen.add(name);
  }
}

function reportOf(programs: readonly Unit[], durationMs: number): StopReport {
  const done = programs.filter(({ machine: { state } }) => state.kind === "stopped" || state.kind === "lingering");
  const names = (list: readonly Unit[]) => list.map((program) => program.name);
  return {
    graceful: names(done.filter((program) => !program.outcome.forced)),
    killed: names(done.filter((program) => program.outcome.forced)),
    late: names(programs.filter((program) => !done.includes(program))),
    survivors: programs.flatMap(({ name, outcome }) => outcome.survivors.map((one) => ({ ...one, program: name }))),
    durationMs,
  };
}
