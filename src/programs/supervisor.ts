/**
 * The programs room owns the processes that the configuration names: starts them, captures what they write, restarts
 * them, ends them with all that they left behind, and takes over those of a daemon that died.
 * It never decodes what they write, never reads the configuration, and never signals a process that it did not identify.
 */
import { AppdError, systemError } from "../base/errors.ts";
import type { ProgramStatus } from "../base/reports.ts";
import { AdoptedWatch } from "./adopted_watch.ts";
import { Census } from "./census.ts";
import type { Shared, SupervisorDeps } from "./deps.ts";
import { fieldsOf, levelOf, type ProgramEvent, sentence, type Survivor } from "./events.ts";
import { FifoKeeper } from "./fifo_keeper.ts";
import { Mover } from "./mover.ts";
import { Program } from "./program.ts";
import { type ProgramSpec, specMark } from "./program_spec.ts";
import { Rounds } from "./rounds.ts";
import { takeOver } from "./take_over.ts";

/** What {@link Supervisor.apply} did, by program name. */
export interface ApplyResult {
  readonly started: readonly string[];
  readonly stopped: readonly string[];
  readonly restarted: readonly string[];
  readonly kept: readonly string[];
  readonly adopted: readonly string[];
}

/** Who ended how. `late`: not ended at the deadline. Milliseconds. */
export interface StopReport {
  readonly graceful: readonly string[];
  readonly killed: readonly string[];
  readonly late: readonly string[];
  readonly survivors: readonly (Survivor & { readonly program: string })[];
  readonly durationMs: number;
}

/** Keeps a set of programs running. */
export interface Supervisor {
  /**
   * Makes what runs agree with `specs`: starts the new, stops the removed, restarts the changed, leaves the same alone.
   * The first call adopts what an earlier daemon left running. Calls follow one another.
   *
   * @throws AppdError (config) when a name is unfit or given twice; then nothing was changed
   */
  apply(specs: readonly ProgramSpec[]): Promise<ApplyResult>;
  /** Starts a program that does not run. @throws AppdError (notRunning) when there is none of that name */
  start(name: string): Promise<void>;
  /** Stops a program and all that it left behind; it stays stopped. */
  stop(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  list(): ProgramStatus[];
  /** Stops all programs in parallel. Never rejects, returns at the deadline; may be called again with a nearer one. */
  stopAll(options: { readonly deadlineMs: number }): Promise<StopReport>;
  /** Rotates the logs; rejects when one could not be rotated, after all were tried. */
  rotateLogs(): Promise<void>;
  reopenLogs(): void;
  /** What is wrong with the capture of output, one line each; for health. */
  problems(): string[];
  onEvent(fn: (event: ProgramEvent) => void): Disposable;
  /** Lets go of FIFOs and logs without stopping anything. */
  [Symbol.asyncDispose](): Promise<void>;
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;
/** One read takes all that a FIFO holds, pipe(7). */
const READ_BYTES = 65_536;
/** The part of a deadline, and the most milliseconds of it, that are kept for killing and sweeping. */
const RESERVE_PART = 0.2;
const RESERVE_MOST = 1500;

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
  readonly #programs = new Map<string, Program>();
  readonly #listeners = new Set<(event: ProgramEvent) => void>();
  #turn: Promise<unknown> = Promise.resolve();
  #first = true;
  #stopping = false;

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
      tell: (event) => this.#tell(event),
    };
  }

  #tell(event: ProgramEvent): void {
    this.#shared.log[levelOf(event)](sentence(event), fieldsOf(event));
    for (const listener of this.#listeners) listener(event);
  }

  apply(specs: readonly ProgramSpec[]): Promise<ApplyResult> {
    const turn = this.#turn.then(() => this.#apply(specs));
    this.#turn = turn.catch(() => {}); // Who called apply hears of it; the next call is another matter.
    return turn;
  }

  async #apply(specs: readonly ProgramSpec[]): Promise<ApplyResult> {
    checkNames(specs);
    const adopted = this.#first ? this.#takeOver(specs) : [];
    this.#first = false;
    const wanted = new Set(specs.map((spec) => spec.name));
    const removed = [...this.#programs.values()].filter((program) => !wanted.has(program.name));
    const result = { started: [] as string[], restarted: [] as string[], kept: [] as string[] };
    const work: Promise<void>[] = removed.map((program) => this.#remove(program));
    if (!this.#stopping) { for (const spec of specs) work.push(this.#put(spec, result)); }
    await Promise.all(work);
    return { ...result, adopted, stopped: removed.map((program) => program.name) };
  }

  #takeOver(specs: readonly ProgramSpec[]): string[] {
    const taken = takeOver(this.#shared, specs);
    for (const program of taken) this.#programs.set(program.name, program);
    return taken.map((program) => program.name);
  }

  async #put(spec: ProgramSpec, result: { started: string[]; restarted: string[]; kept: string[] }): Promise<void> {
    const known = this.#programs.get(spec.name);
    if (known === undefined) {
      const program = new Program(this.#shared, spec);
      this.#programs.set(spec.name, program);
      result.started.push(spec.name);
      return program.dispatch({ type: "start" });
    }
    const changed = specMark(known.spec) !== specMark(spec);
    const underWay = !known.isSettled; // Adopted, and found stale.
    await this.#configure(known, spec);
    if (underWay) {
      result.restarted.push(spec.name);
      return await known.settled();
    }
    if (!changed || known.state.kind === "stopped") return void result.kept.push(spec.name);
    result.restarted.push(spec.name);
    known.dispatch({ type: "restart" });
    await known.settled();
  }

  async #configure(program: Program, spec: ProgramSpec): Promise<void> {
    try {
      await program.configure(spec);
    } catch (error) {
      this.#shared.log.error("cannot open the program's log anew, the old one goes on", { program: spec.name, error });
    }
  }

  async #remove(program: Program): Promise<void> {
    program.dispatch({ type: "stop" });
    await program.settled();
    await program.close();
    this.#programs.delete(program.name);
  }

  #get(name: string, verb: string): Program {
    const program = this.#programs.get(name);
    if (program !== undefined) return program;
    const names = [...this.#programs.keys()].join(", ") || "none";
    throw new AppdError(`cannot ${verb} "${name}": there is no such program`, {
      exit: "notRunning",
      hint: `programs of this instance: ${names}`,
    });
  }

  async start(name: string): Promise<void> {
    const program = this.#get(name, "start");
    if (this.#stopping) throw new AppdError(`cannot start "${name}": the daemon is stopping`, { exit: "unavailable" });
    program.dispatch({ type: "start" });
    await program.settled();
  }

  async stop(name: string): Promise<void> {
    const program = this.#get(name, "stop");
    program.dispatch({ type: "stop" });
    await program.settled();
  }

  async restart(name: string): Promise<void> {
    const program = this.#get(name, "restart");
    if (this.#stopping) {
      throw new AppdError(`cannot restart "${name}": the daemon is stopping`, { exit: "unavailable" });
    }
    program.dispatch({ type: "restart" });
    await program.settled();
  }

  list(): ProgramStatus[] {
    return [...this.#programs.values()].map((program) => program.status());
  }

  async stopAll(options: { readonly deadlineMs: number }): Promise<StopReport> {
    const { clock } = this.#shared;
    const began = clock.monotonic();
    this.#stopping = true;
    const { deadlineMs } = options;
    const timeoutMs = Math.max(0, deadlineMs - Math.min(RESERVE_MOST, deadlineMs * RESERVE_PART));
    const programs = [...this.#programs.values()];
    const idle = new Set(programs.filter((program) => program.state.kind === "stopped"));
    for (const program of programs) program.dispatch({ type: "stop", timeoutMs });
    await this.#within(Promise.all(programs.map((program) => program.settled())), Math.max(deadlineMs, RESERVE_MOST));
    return reportOf(programs.filter((program) => !idle.has(program)), clock.monotonic() - began);
  }

  /** Waits for `work`, but no longer than `ms`. */
  async #within(work: Promise<unknown>, ms: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    using _timer = this.#shared.clock.after(ms, over.resolve);
    await Promise.race([work, over.promise]);
  }

  async rotateLogs(): Promise<void> {
    const results = await Promise.allSettled([...this.#programs.values()].map((program) => program.stream.rotate()));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  reopenLogs(): void {
    for (const program of this.#programs.values()) program.stream.reopen();
  }

  problems(): string[] {
    return [...this.#programs.values()].flatMap(({ name, stream }) =>
      stream.problem === undefined ? [] : [`${name}: ${stream.problem.error}`]
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

function checkNames(specs: readonly ProgramSpec[]): void {
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

function reportOf(programs: readonly Program[], durationMs: number): StopReport {
  const done = programs.filter((program) => program.state.kind === "stopped");
  const names = (list: readonly Program[]) => list.map((program) => program.name);
  return {
    graceful: names(done.filter((program) => !program.outcome.forced)),
    killed: names(done.filter((program) => program.outcome.forced)),
    late: names(programs.filter((program) => !done.includes(program))),
    survivors: programs.flatMap(({ name, outcome }) => outcome.survivors.map((one) => ({ ...one, program: name }))),
    durationMs,
  };
}
