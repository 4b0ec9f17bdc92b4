import { AppdError, errnoOf, messageOf } from "../base/errors.ts";
import type { ProgramStatus } from "../base/reports.ts";
import type { Timer } from "../system/clock.ts";
import type { Dependency } from "./dependencies.ts";
import type { Shared } from "./deps.ts";
import type { Notice, Survivor } from "./events.ts";
import { readExit } from "./exit_keeper.ts";
import { Ending } from "./ending.ts";
import { signalGroup } from "./group.ts";
import { removeRecord, writeRecord } from "./record.ts";
import { removeRest, type RestRecord, writeRest } from "./rest_record.ts";
import { launch } from "./launch.ts";
import { type Exit, type ProgramSpec, specMark } from "./program_spec.ts";
import { ProbeWatch } from "./probe_watch.ts";
import { statusOf } from "./program_status.ts";
import { deadlineOf, type Event, type History, type Life, lifeOf, NEW_HISTORY, type State } from "./state.ts";
import type { Effect } from "./step.ts";
import { Stream } from "./stream.ts";
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
  readonly #probes: ProbeWatch;
  readonly #queue: Event[] = [];
  readonly #waiting = new Set<() => void>();
  /** The configuration of the life that runs, and the one for the next life. */
  #spec: ProgramSpec;
  #next: ProgramSpec;
  /** What the process was started with, see specMark: of an adopted one perhaps neither of them. */
  #mark: string;
  #state: State = { kind: "stopped" };
  #history: History = NEW_HISTORY;
  #timer: Timer | undefined;
  #busy = false;
  #closed = false;
  /** There is a record of its rest. */
  #isRemembered = false;
  readonly #ending: Ending;
  /** Whether the last stop had to kill anybody. */
  #isForced = false;

  constructor(shared: Shared, spec: ProgramSpec) {
    this.#shared = shared;
    this.#spec = spec;
    this.#next = spec;
    this.#mark = specMark(spec);
    this.name = spec.name;
    this.stream = new Stream(shared, spec.name, {
      trouble: (what, error) => this.#tell({ kind: "trouble", what, error }),
      listener: () => this.#probes.output,
    });
    this.#ending = new Ending(shared, {
      name: spec.name,
      openOutput: () => this.stream.open(this.#spec),
      isCurrent: (life) => lifeOf(this.#state) === life,
      tell: (notice) => this.#tell(notice),
    });
    this.#probes = new ProbeWatch(shared, {
      directory: this.stream.directory,
      onReady: (result) => this.dispatch({ type: "ready", ...result }),
      onExtend: (wish) => this.dispatch({ type: "extend", ...wish }),
      onUnwell: (result) => this.dispatch({ type: "unwell", ...result }),
      onChange: () => this.#shared.changed(),
    });
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
    return { forced: this.#isForced, survivors: this.#ending.survivors };
  }

  /** How those who depend on it see it. */
  get dependency(): Dependency {
    const { exit } = this.#history;
    const exitCode = exit !== undefined && exit.how !== "unknown" && "code" in exit.how ? exit.how.code : undefined;
    return { spec: this.#next, state: this.#state, exitCode, isLive: this.#probes.isLive };
  }

  /** Looks for its dependencies again, if it waits for any. */
  recheck(): void {
    if (this.#state.kind === "waiting") this.dispatch({ type: "dependencies", missing: this.#missing() });
  }

  #missing(): readonly string[] {
    return this.#shared.missing(this.#next);
  }

  /** Sends a signal to the process group. False when it does not run. */
  signal(signal: Deno.Signal): boolean {
    const life = lifeOf(this.#state);
    if (life === undefined || !signalGroup(this.#shared.processes, life, signal)) return false;
    this.#tell({ kind: "signalled", pid: life.pid, signal });
    return true;
  }

  /** Something that a restart may mend was seen from outside; means nothing unless it runs. */
  complain(reason: string): void {
    const life = lifeOf(this.#state);
    if (life !== undefined) this.dispatch({ type: "unwell", generation: life.generation, reason });
  }

  /** Hands the program something that happened; what follows from it is done when this returns. */
  dispatch(event: Event): void {
    if (this.#closed) return; // Its process is another supervisor's matter by now.
    this.#queue.push(event);
    if (this.#busy) return;
    this.#busy = true;
    const before = this.#state;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next);
    } finally {
      this.#busy = false;
      this.#rearm();
    }
    if (this.isSettled) { for (const resolve of this.#waiting) resolve(); }
    if (this.#state !== before) this.#shared.changed();
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
    this.#probes.change(this.#spec, this.#state);
    await this.stream.change(before, spec);
  }

  #step(event: Event): void {
    const { clock, random } = this.#shared;
    const moment = { mono: clock.monotonic(), wall: clock.now(), random: random() };
    const { state, history, effects } = step({
      state: this.#state,
      event,
      history: this.#history,
      policy: { ...this.#spec, said: this.#probes.note },
      moment,
    });
    if (event.type === "exited" && state !== this.#state) this.stream.settle();
    this.#state = state;
    this.#history = history;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case "ask":
        // Answered before anything else that waits, as the spawn is: nothing may come between.
        return void this.#queue.unshift({ type: "dependencies", missing: this.#missing() });
      case "spawn":
        return void this.#queue.unshift(this.#spawn(effect.generation));
      case "terminate":
        return this.#ending.ask(effect.life, {
          spec: this.#spec,
          signal: effect.signal,
          killAt: deadlineOf(this.#state) ?? 0,
        });
      case "kill":
        return this.#ending.kill(effect.life);
      case "clear":
        return this.#ending.clear(effect.life);
      case "sweep":
        return void this.#sweep(effect);
      case "hasten":
        return this.#ending.hasten(effect.until);
      case "record":
        return this.#record(effect.life, effect.ready);
      case "probe":
        return this.#probes.begin(effect.life, this.#state.kind === "running");
      case "watch":
        return this.#probes.watch();
      case "unprobe":
        return this.#probes.end();
      case "rest":
        return this.#rest(effect);
      case "tell":
        return this.#tell(effect.notice);
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
      onExit: (exit) => this.dispatch({ type: "exited", generation, exit: this.#explain(exit) }),
    });
    if (generation > 1 && answer.type === "spawned") void this.#ending.clearElders(answer.life);
    return answer;
  }

  /** A SIGKILL that was not ours may have been the kernel's, for want of memory. */
  #explain(exit: Exit): Exit {
    const isKill = exit !== "unknown" && "signal" in exit && exit.signal === "SIGKILL";
    const isOurs = this.#state.kind === "stopping" && this.#state.kills > 0;
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
    this.#attempt("capture the output", () => this.stream.open(this.#spec));
    this.#attempt("open its probes", () => void this.#probes.open(this.#spec));
    const { restarts, wasReady } = past;
    this.dispatch({ type: "adopted", life, restarts, wasReady });
    const { generation } = life;
    const ended = () => this.dispatch({ type: "exited", generation, exit: this.#exitOf(life) });
    this.#shared.watch.add(life, ended);
  }

  /** How an adopted life ended, if somebody wrote it down. */
  #exitOf({ generation }: Life): Exit {
    return readExit(this.#shared.files, { directory: this.stream.directory, generation });
  }

  /** What happened to it while no daemon was there: its end. */
  succeed(life: Life, past: { readonly restarts: number; readonly wasReady: boolean }): void {
    this.dispatch({ type: "adopted", life, ...past });
    this.dispatch({ type: "exited", generation: life.generation, exit: this.#exitOf(life) });
  }

  async #sweep(effect: Extract<Effect, { do: "sweep" }>): Promise<void> {
    const killed = await this.#ending.sweep(effect);
    this.#isForced = killed || (this.#state.kind === "sweeping" && this.#state.forced);
    this.dispatch({ type: "swept", generation: effect.generation, killed });
  }

  #record(life: Life, ready: boolean): void {
    const { files, bootId } = this.#shared;
    const { pid, startTime, startedAt, generation } = life;
    const { stopSignal, stopTimeout } = this.#spec;
    const { restarts } = this.#history;
    const past = { generation, restarts, ready, spec: this.#mark };
    const record = { pid, startTime, bootId, startedAt, ...past, stopSignal, stopTimeout };
    this.#attempt("write the record", () => writeRecord(files, this.stream.directory, record));
    this.forget();
  }

  #rest({ as, reason }: Extract<Effect, { do: "rest" }>): void {
    const { files } = this.#shared;
    this.#attempt("read the rest of the output", () => this.stream.rest());
    this.#attempt("remove the record", () => removeRecord(files, this.stream.directory));
    if (as !== "failed" && !this.#shared.isStopping()) {
      this.#attempt("write the record", () => this.#writeRest(as, reason));
    }
  }

  #writeRest(as: RestRecord["as"], reason: string): void {
    const { files, bootId } = this.#shared;
    const { restarts, exit = null } = this.#history;
    files.makeDirectory(this.stream.directory, 0o700);
    this.#isRemembered = true;
    writeRest(files, this.stream.directory, { bootId, spec: specMark(this.#spec), as, reason, restarts, exit });
  }

  /** The next daemon is to know nothing of a stop or an end: it begins anew. */
  forget(): void {
    if (this.#isRemembered) {
      this.#attempt("remove the record", () => removeRest(this.#shared.files, this.stream.directory));
    }
    this.#isRemembered = false;
  }

  /** An earlier daemon remembered that it is not to run: stopped by hand, or at its end. */
  recall({ as, reason, restarts, exit }: RestRecord): void {
    this.#isRemembered = true;
    if (as === "exited") this.dispatch({ type: "ended_before", reason, restarts, exit: exit ?? undefined });
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
      spec: this.#next,
      probes: this.#probes,
      leftovers: this.#ending.survivors,
      now,
    });
  }

  /** Lets go of everything without touching the process. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    this.#probes[Symbol.dispose]();
    await this.stream.close();
  }
}
