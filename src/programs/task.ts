import { join } from "node:path";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { Shared } from "./deps.ts";
import { Machine, type Work } from "./machine.ts";
import type { Exit } from "./program_spec.ts";
import { statusOf } from "./program_status.ts";
import { keptStopped, recalled, Rest, TASKS } from "./rest.ts";
import { type Event, type Life, NO_PID } from "./state.ts";
import { TaskRun } from "./task_run.ts";
import type { TaskSpec } from "./task_spec.ts";
import type { StopOutcome, Unit } from "./unit.ts";

/** The stop signal of the table's steps; a task gets none. */
const UNUSED_SIGNAL = "SIGTERM";

/**
 * One task: has its machine's lives lived by a function of this process, one after the other. Nothing can end a function
 * but itself: the next life waits for one that ignores its signal.
 */
export class Task implements Unit {
  readonly name: string;
  readonly stream = undefined;
  readonly isLive = true;
  readonly machine: Machine;
  readonly #shared: Shared;
  /** The configuration of the life that runs, and the one for the next life. */
  #spec: TaskSpec;
  #next: TaskSpec;
  #run: TaskRun | undefined;
  readonly #rest: Rest;

  constructor(shared: Shared, spec: TaskSpec) {
    this.#shared = shared;
    this.#spec = spec;
    this.#next = spec;
    this.name = spec.name;
    this.#rest = new Rest(shared, directoryOf(shared, spec));
    this.machine = new Machine(shared, {
      name: spec.name,
      service: true,
      policy: () => ({
        ...this.#spec,
        stopSignal: UNUSED_SIGNAL,
        endsItself: true,
        ready: this.#spec.task.probed || undefined,
        said: this.#run?.note ?? null,
      }),
      missing: () => shared.missing(this.#next),
      perform: (work) => this.#perform(work),
    });
  }

  /**
   * The task as an earlier daemon remembered it: stopped by hand. That it had ended is not remembered; unlike a program it
   * may have worked for that daemon alone.
   *
   * @returns undefined when nothing is remembered of it
   */
  static recalled(shared: Shared, spec: TaskSpec): Task | undefined {
    const place = { directory: directoryOf(shared, spec), mark: spec.task.mark };
    const record = recalled(shared, place);
    if (record === undefined) return undefined;
    const task = new Task(shared, spec);
    task.#rest.recall(record);
    task.machine.tell(keptStopped(record));
    return task;
  }

  get spec(): TaskSpec {
    return this.#next;
  }

  get outcome(): StopOutcome {
    return { forced: this.machine.state.kind === "lingering", survivors: [] };
  }

  /** There is nobody who could get it. */
  signal(): boolean {
    return false;
  }

  configure(spec: TaskSpec): Promise<void> {
    this.#next = spec;
    if (spec.task.mark === this.#spec.task.mark) this.#spec = spec;
    this.machine.attempt("write the record", () => this.#rest.revise(spec.task.mark));
    return Promise.resolve();
  }

  #perform(work: Work): Event | undefined {
    switch (work.do) {
      case "spawn":
        return this.#spawn(work.generation);
      case "terminate":
        return void this.#end(work.cause);
      case "sweep":
        return { type: "swept", generation: work.generation, killed: false };
      case "probe":
        return void this.#announce(work.life);
      case "record":
      case "wake":
        return void this.forget();
      case "remember":
        return void (work.as === "stopped" && this.#remember(work.reason));
      case "rest":
      case "kill":
      case "clear":
      case "hasten":
      case "watch":
      case "unprobe":
        return undefined; // There is no process.
    }
  }

  #end(cause: string): void {
    this.#run?.end(`${this.name} is to end: ${cause}`);
  }

  #spawn(generation: number): Event {
    const { clock, log } = this.#shared;
    this.#spec = this.#next;
    this.#run = new TaskRun(this.#spec.task, {
      generation,
      onReady: () => this.#isReady(generation),
      onThrow: (stack) => log.debug("service threw", { program: this.name, stack }),
      onEnd: (exit) => this.#ended(generation, exit),
    });
    this.#run.begin();
    const began = { startedAt: clock.now(), startedMono: clock.monotonic() };
    return { type: "spawned", generation, life: { generation, pid: NO_PID, startTime: "", ...began, adopted: false } };
  }

  /** Without a word of its own it is ready as soon as it runs: when the function has been called, and did not throw at once. */
  #announce({ generation }: Life): void {
    const run = this.#run;
    if (run?.generation !== generation || this.#spec.task.probed) return;
    this.#shared.clock.after(0, () => run.isOver || this.#isReady(generation));
  }

  #isReady(generation: number): void {
    this.machine.dispatch({ type: "ready", generation, ok: true, why: "" });
  }

  #ended(generation: number, exit: Exit): void {
    const error = exit !== "unknown" && "code" in exit && exit.code !== 0 ? exit.error : undefined;
    if (["stopping", "lingering"].includes(this.machine.state.kind) && error !== undefined) {
      this.machine.tell({ kind: "trouble", what: "stop in order", error });
    }
    this.machine.dispatch({ type: "exited", generation, exit });
  }

  status(): ProgramStatus {
    return statusOf({
      name: this.name,
      state: this.machine.state,
      history: this.machine.history,
      logFile: this.#next.task.logFile,
      spec: this.#next,
      probes: { live: null, note: "life" in this.machine.state ? this.#run?.note ?? null : null },
      leftovers: [],
      now: this.#shared.clock.monotonic(),
    });
  }

  #remember(reason: string): void {
    if (this.#shared.isLeaving()) return;
    const { restarts, exit = null } = this.machine.history;
    const at = this.#shared.clock.now();
    const record = { spec: this.#next.task.mark, as: "stopped", reason, at, restarts, exit } as const;
    this.machine.attempt("write the record", () => this.#rest.remember(record));
  }

  forget(): void {
    this.machine.attempt("remove the record", () => this.#rest.forget());
  }

  /** Unlike a process it cannot outlive this one: what has not ended is told to. */
  close(): Promise<void> {
    this.machine.close();
    this.#end("it is let go");
    return Promise.resolve();
  }
}

function directoryOf({ directory }: Shared, { name }: TaskSpec): string {
  return join(directory, TASKS, name);
}
