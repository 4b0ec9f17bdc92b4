import { join } from "node:path";
import { AppdError, errnoOf, messageOf } from "../base/errors.ts";
import type { ProgramStatus } from "../base/reports.ts";
import type { Timer } from "../system/clock.ts";
import type { ProcessIdentity } from "../system/processes.ts";
import { FIFO_NAME } from "./adoption.ts";
import type { Shared } from "./deps.ts";
import { markOf } from "./environment.ts";
import type { Notice, Survivor } from "./events.ts";
import { clearGroup, signalGroup } from "./group.ts";
import { removeRecord, writeRecord } from "./record.ts";
import { launch } from "./launch.ts";
import { type ProgramSpec, specMark } from "./program_spec.ts";
import { statusOf } from "./program_status.ts";
import { deadlineOf, type Event, type History, type Life, NEW_HISTORY, type State } from "./state.ts";
import type { Effect } from "./steps.ts";
import { Stream } from "./stream.ts";
import { familyOf, sweepUp } from "./sweep.ts";
import { step } from "./table.ts";

/** What the last stop of a program came to. */
export interface StopOutcome {
  readonly forced: boolean;
  readonly survivors: readonly Survivor[];
}

/**
 * One program: holds its state, carries out what the table's steps ask for, and feeds back what came of it.
 * Decides nothing itself.
 */
export class Program {
  readonly name: string;
  readonly stream: Stream;
  readonly #shared: Shared;
  readonly #queue: Event[] = [];
  readonly #waiting = new Set<() => void>();
  /** The configuration of the life that runs, and the one for the next life. */
  #spec: ProgramSpec;
  #next: ProgramSpec;
  #state: State = { kind: "stopped" };
  #history: History = NEW_HISTORY;
  #timer: Timer | undefined;
  #busy = false;
  #family: readonly ProcessIdentity[] = [];
  #sweepUntil = 0;
  #outcome: StopOutcome = { forced: false, survivors: [] };

  constructor(shared: Shared, spec: ProgramSpec) {
    this.#shared = shared;
    this.#spec = spec;
    this.#next = spec;
    this.name = spec.name;
    this.stream = new Stream(shared, spec.name, (what, error) => this.#tell({ kind: "trouble", what, error }));
  }

  get state(): State {
    return this.#state;
  }

  get history(): History {
    return this.#history;
  }

  get spec(): ProgramSpec {
    return this.#next;
  }

  get outcome(): StopOutcome {
    return this.#outcome;
  }

  /** Hands the program something that happened; what follows from it is done when this returns. */
  dispatch(event: Event): void {
    this.#queue.push(event);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next);
    } finally {
      this.#busy = false;
      this.#rearm();
    }
    if (this.isSettled) { for (const resolve of this.#waiting) resolve(); }
  }

  /** Neither on the way up nor on the way down. */
  get isSettled(): boolean {
    return !["launching", "stopping", "sweeping"].includes(this.#state.kind);
  }

  /** Resolves once a stop or restart under way is over. */
  async settled(): Promise<void> {
    if (this.isSettled) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    await promise;
    this.#waiting.delete(resolve);
  }

  /** Takes up a configuration; what needs a new process waits for the next start. */
  async configure(spec: ProgramSpec): Promise<void> {
    const before = this.#next;
    this.#next = spec;
    if (specMark(spec) === specMark(this.#spec)) this.#spec = spec;
    await this.stream.change(before, spec);
  }

  #step(event: Event): void {
    const { clock, random } = this.#shared;
    const moment = { mono: clock.monotonic(), wall: clock.now(), random: random() };
    const { state, history, effects } = step({
      state: this.#state,
      event,
      history: this.#history,
      policy: this.#spec,
      moment,
    });
    if (event.type === "exited" && state !== this.#state) this.stream.settle();
    this.#state = state;
    this.#history = history;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case "spawn":
        // Before anything else that waits: between the spawn and its answer nothing may come.
        return void this.#queue.unshift(this.#spawn(effect.generation));
      case "terminate":
        return this.#terminate(effect.life, effect.signal);
      case "kill":
        return void signalGroup(this.#shared.processes, effect.life, "SIGKILL");
      case "clear":
        return void clearGroup(this.#shared.processes, effect.life, this.#shared.census);
      case "sweep":
        this.#sweepUntil = effect.until;
        return void this.#sweep(effect.generation, effect.life);
      case "hasten":
        this.#sweepUntil = Math.min(this.#sweepUntil, effect.until);
        return;
      case "record":
        return this.#record(effect.life);
      case "rest":
        return this.#rest();
      case "tell":
        return this.#tell(effect.notice);
    }
  }

  #spawn(generation: number): Event {
    this.#spec = this.#next;
    return launch(this.#shared, {
      spec: this.#spec,
      generation,
      openOutput: () => this.stream.open(this.#spec),
      onExit: (exit) => this.dispatch({ type: "exited", generation, exit }),
    });
  }

  /** Takes over a process of an earlier daemon. Its output is read from here on. */
  adopt(life: Life, restarts: number): void {
    this.#attempt("capture the output", () => this.stream.open(this.#spec));
    this.dispatch({ type: "adopted", life, restarts });
    const { generation } = life;
    this.#shared.watch.add(life, () => this.dispatch({ type: "exited", generation, exit: "unknown" }));
  }

  #terminate(life: Life, signal: Deno.Signal): void {
    const { processes, census } = this.#shared;
    this.#family = [life];
    try {
      this.#family = familyOf(life, census.glance());
    } catch (error) {
      this.#tell({ kind: "trouble", what: "list the processes", error: messageOf(error) });
    }
    signalGroup(processes, life, signal);
    signalGroup(processes, life, "SIGCONT");
  }

  async #sweep(generation: number, life: Life | undefined): Promise<void> {
    const result = await this.#sweepUp(life);
    this.#family = [];
    const { killed, survivors } = result;
    if (killed.length > 0) this.#tell({ kind: "swept", processes: killed });
    if (survivors.length > 0) this.#tell({ kind: "survivors", processes: survivors });
    const forced = killed.length > 0 || (this.#state.kind === "sweeping" && this.#state.forced);
    this.#outcome = { forced, survivors };
    this.dispatch({ type: "swept", generation, killed: killed.length > 0 });
  }

  async #sweepUp(life: Life | undefined) {
    const { name } = this.#spec;
    const { directory } = this.#shared;
    const mark = markOf(directory, name);
    const fifo = join(directory, name, FIFO_NAME);
    try {
      return await sweepUp({ ...this.#shared, life, family: this.#family, mark, fifo, until: () => this.#sweepUntil });
    } catch (error) {
      this.#tell({ kind: "trouble", what: "look for what the program left behind", error: messageOf(error) });
      return { killed: [], survivors: [] };
    }
  }

  #record(life: Life): void {
    const { files, bootId } = this.#shared;
    const { pid, startTime, startedAt, generation } = life;
    const { stopSignal, stopTimeout } = this.#spec;
    const spec = specMark(this.#spec);
    const { restarts } = this.#history;
    const record = { pid, startTime, bootId, startedAt, generation, restarts, spec, stopSignal, stopTimeout };
    this.#attempt("write the record", () => writeRecord(files, this.stream.directory, record));
  }

  #rest(): void {
    this.#attempt("read the rest of the output", () => this.stream.rest());
    this.#attempt("remove the record", () => removeRecord(this.#shared.files, this.stream.directory));
  }

  /** The record is a help, not the authority: without it the program goes on all the same. */
  #attempt(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (errnoOf(error) === undefined && !(error instanceof AppdError)) throw error;
      this.#tell({ kind: "trouble", what, error: messageOf(error) });
    }
  }

  #tell(notice: Notice): void {
    this.#shared.tell({ ...notice, program: this.name, at: this.#shared.clock.now() });
  }

  #rearm(): void {
    this.#timer?.[Symbol.dispose]();
    const deadline = deadlineOf(this.#state);
    const { clock } = this.#shared;
    this.#timer = deadline === undefined
      ? undefined
      : clock.after(Math.max(0, Math.ceil(deadline - clock.monotonic())), () => this.dispatch({ type: "deadline" }));
  }

  /** The program as `status --json` shows it, without what it uses. */
  status(): ProgramStatus {
    const now = this.#shared.clock.monotonic();
    return statusOf({
      name: this.name,
      state: this.#state,
      history: this.#history,
      logFile: this.stream.logFile,
      critical: this.#next.critical,
      now,
    });
  }

  /** Lets go of everything without touching the process. */
  async close(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    await this.stream.close();
  }
}
