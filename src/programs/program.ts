import type { ProgramStatus } from "../base/program_reports.ts";
import type { Shared } from "./deps.ts";
import { readExit } from "./exit_keeper.ts";
import { Ending } from "./ending.ts";
import { signalGroup } from "./group.ts";
import { removeRecord, writeRecord } from "./record.ts";
import { keptStopped, Rest } from "./rest.ts";
import type { RestRecord } from "./rest_record.ts";
import { launch } from "./launch.ts";
import { Machine, type Work } from "./machine.ts";
import { type Exit, type ProgramSpec, specMark } from "./program_spec.ts";
import { ProbeWatch } from "./probe_watch.ts";
import { statusOf } from "./program_status.ts";
import { deadlineOf, type Event, type Life, lifeOf } from "./state.ts";
import { Stream } from "./stream.ts";
import type { StopOutcome, Unit } from "./unit.ts";

/** One program: does to a process what its machine asks for, and feeds back what came of it. Decides nothing itself. */
export class Program implements Unit {
  readonly name: string;
  readonly stream: Stream;
  readonly machine: Machine;
  readonly #shared: Shared;
  readonly #probes: ProbeWatch;
  /** The configuration of the life that runs, and the one for the next life. */
  #spec: ProgramSpec;
  #next: ProgramSpec;
  /** What the process was started with, see specMark: of an adopted one perhaps neither of them. */
  #mark: string;
  readonly #rest: Rest;
  readonly #ending: Ending;
  /** Whether the last stop had to kill anybody. */
  #isForced = false;

  constructor(shared: Shared, spec: ProgramSpec) {
    this.#shared = shared;
    this.#spec = spec;
    this.#next = spec;
    this.#mark = specMark(spec);
    this.name = spec.name;
    this.machine = new Machine(shared, {
      name: spec.name,
      policy: () => ({ ...this.#spec, said: this.#probes.note }),
      missing: () => shared.missing(this.#next),
      perform: (work) => this.#perform(work),
      onChange: (event) => void (event.type === "exited" && this.stream.settle()),
    });
    this.stream = new Stream(shared, spec.name, {
      trouble: (what, error) => this.machine.tell({ kind: "trouble", what, error }),
      listener: () => this.#probes.output,
    });
    this.#rest = new Rest(shared, this.stream.directory);
    this.#ending = new Ending(shared, {
      name: spec.name,
      openOutput: () => this.stream.open(this.#spec),
      isCurrent: (life) => lifeOf(this.machine.state) === life,
      tell: (notice) => this.machine.tell(notice),
    });
    this.#probes = new ProbeWatch(shared, {
      directory: this.stream.directory,
      onReady: (result) => this.machine.dispatch({ type: "ready", ...result }),
      onExtend: (wish) => this.machine.dispatch({ type: "extend", ...wish }),
      onUnwell: (result) => this.machine.dispatch({ type: "unwell", ...result }),
      onChange: () => this.#shared.changed(),
    });
  }

  get spec(): ProgramSpec {
    return this.#next;
  }

  get outcome(): StopOutcome {
    return { forced: this.#isForced, survivors: this.#ending.survivors };
  }

  get isLive(): boolean {
    return this.#probes.isLive;
  }

  /** To the process group. */
  signal(signal: Deno.Signal): boolean {
    const life = lifeOf(this.machine.state);
    if (life === undefined || !signalGroup(this.#shared.processes, life, signal)) return false;
    this.machine.tell({ kind: "signalled", pid: life.pid, signal });
    return true;
  }

  async configure(spec: ProgramSpec): Promise<void> {
    const before = this.#next;
    this.#next = spec;
    if (specMark(spec) === specMark(this.#spec)) this.#spec = spec;
    this.machine.attempt("write the record", () => this.#rest.revise(specMark(spec)));
    this.#probes.change(this.#spec, this.machine.state);
    await this.stream.change(before, spec);
  }

  #perform(work: Work): Event | undefined {
    switch (work.do) {
      case "spawn":
        return this.#spawn(work.generation);
      case "terminate":
        return void this.#ending.ask(work.life, {
          spec: this.#spec,
          signal: work.signal,
          killAt: deadlineOf(this.machine.state) ?? 0,
        });
      case "kill":
        return void this.#ending.kill(work.life);
      case "clear":
        return void this.#ending.clear(work.life);
      case "sweep":
        return void this.#sweep(work);
      case "hasten":
        return void this.#ending.hasten(work.until);
      case "record":
        return void this.#record(work.life, work.ready);
      case "probe":
        return void this.#probes.begin(work.life, this.machine.state.kind === "running");
      case "watch":
        return void this.#probes.watch();
      case "unprobe":
        return void this.#probes.end();
      case "rest":
        return void this.#settle();
      case "remember":
        return void this.#remember(work);
      case "wake":
        return void this.forget();
    }
  }

  #spawn(generation: number): Event {
    this.#spec = this.#next;
    this.#mark = specMark(this.#spec);
    const answer = launch(this.#shared, {
      spec: this.#spec,
      generation,
      openOutput: () => this.stream.openForStart(this.#spec),
      prepare: () => this.#probes.open(this.#spec),
      onExit: (exit) => this.machine.dispatch({ type: "exited", generation, exit: this.#explain(exit) }),
    });
    if (generation > 1 && answer.type === "spawned") void this.#ending.clearElders(answer.life);
    return answer;
  }

  /** A SIGKILL that was not ours may have been the kernel's, for want of memory. */
  #explain(exit: Exit): Exit {
    const isKill = exit !== "unknown" && "signal" in exit && exit.signal === "SIGKILL";
    const isOurs = this.machine.state.kind === "stopping" && this.machine.state.kills > 0;
    return isKill && !isOurs && this.#shared.outOfMemory?.() ? { signal: "SIGKILL", outOfMemory: true } : exit;
  }

  /**
   * Takes over a process of an earlier daemon. Its output is read from here on.
   *
   * @param past.mark of what it was started with, if that is known; when we die before it is restarted, the next daemon
   * has to know as well
   */
  adopt(
    life: Life,
    past: { readonly restarts: number; readonly wasReady: boolean; readonly mark?: string | undefined },
  ): void {
    this.#mark = past.mark ?? this.#mark;
    this.machine.attempt("capture the output", () => this.stream.open(this.#spec));
    this.machine.attempt("open its probes", () => void this.#probes.open(this.#spec));
    const { restarts, wasReady } = past;
    this.machine.dispatch({ type: "adopted", life, restarts, wasReady });
    const { generation } = life;
    const ended = () => this.machine.dispatch({ type: "exited", generation, exit: this.#exitOf(life) });
    this.#shared.watch.add(life, ended);
  }

  /** How an adopted life ended, if somebody wrote it down. */
  #exitOf({ generation }: Life): Exit {
    return readExit(this.#shared.files, { directory: this.stream.directory, generation });
  }

  /** What happened to it while no daemon was there: its end. */
  succeed(life: Life, past: { readonly restarts: number; readonly wasReady: boolean }): void {
    this.machine.dispatch({ type: "adopted", life, ...past });
    this.machine.dispatch({ type: "exited", generation: life.generation, exit: this.#exitOf(life) });
  }

  async #sweep(work: Extract<Work, { do: "sweep" }>): Promise<void> {
    const killed = await this.#ending.sweep(work);
    this.#isForced = killed || (this.machine.state.kind === "sweeping" && this.machine.state.forced);
    this.machine.dispatch({ type: "swept", generation: work.generation, killed });
  }

  #record(life: Life, ready: boolean): void {
    const { files, bootId } = this.#shared;
    const { pid, startTime, startedAt, generation } = life;
    const { stopSignal, stopTimeout } = this.#spec;
    const { restarts } = this.machine.history;
    const past = { generation, restarts, ready, spec: this.#mark };
    const record = { pid, startTime, bootId, startedAt, ...past, stopSignal, stopTimeout };
    this.machine.attempt("write the record", () => writeRecord(files, this.stream.directory, record));
    this.forget();
  }

  #settle(): void {
    const { files } = this.#shared;
    this.machine.attempt("read the rest of the output", () => this.stream.rest());
    this.machine.attempt("remove the record", () => removeRecord(files, this.stream.directory));
  }

  #remember({ as, reason }: Extract<Work, { do: "remember" }>): void {
    if (this.#shared.isStopping()) return;
    const { restarts, exit = null } = this.machine.history;
    const record = { spec: specMark(this.#next), as, reason, at: this.#shared.clock.now(), restarts, exit };
    this.machine.attempt("write the record", () => this.#rest.remember(record));
  }

  forget(): void {
    this.machine.attempt("remove the record", () => this.#rest.forget());
  }

  /** An earlier daemon remembered that it is not to run: stopped by hand, or at its end. */
  recall(record: RestRecord): void {
    const { as, reason, restarts, exit } = record;
    this.#rest.recall(record);
    if (as === "exited") this.machine.dispatch({ type: "ended_before", reason, restarts, exit: exit ?? undefined });
    else this.machine.tell(keptStopped(record));
  }

  status(): ProgramStatus {
    const now = this.#shared.clock.monotonic();
    return statusOf({
      name: this.name,
      state: this.machine.state,
      history: this.machine.history,
      logFile: this.stream.logFile,
      spec: this.#next,
      probes: this.#probes,
      leftovers: this.#ending.survivors,
      now,
    });
  }

  /** Lets go of everything without touching the process. */
  async close(): Promise<void> {
    this.machine.close();
    this.#probes[Symbol.dispose]();
    await this.stream.close();
  }
}
