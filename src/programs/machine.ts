import { AppdError, errnoOf, messageOf } from "../base/errors.ts";
import type { Timer } from "../system/clock.ts";
import type { Shared } from "./deps.ts";
import type { Notice } from "./events.ts";
import { deadlineOf, type Event, type History, lifeOf, NEW_HISTORY, type Policy, type State } from "./state.ts";
import type { Effect } from "./step.ts";
import { step } from "./table.ts";

/** What a unit does itself; the questions and the news are the machine's. */
export type Work = Exclude<Effect, { readonly do: "ask" | "tell" }>;

/** What a machine is told by the unit that it drives. */
export interface MachineOptions {
  readonly name: string;
  /** Present when what is driven is a service: the news about it say so. */
  readonly service?: true;
  /** Asked at each step. */
  readonly policy: () => Policy;
  /** What the next life waits for, one phrase each. */
  readonly missing: () => readonly string[];
  /** Carries out one effect. What it answers happens before anything else that waits. */
  readonly perform: (work: Work) => Event | undefined;
  /** Hears of an event that has changed the state, before its effects. */
  readonly onChange?: (event: Event) => void;
}

/**
 * Holds the state of one unit, asks the table for each step, and has the unit carry out what follows. Decides nothing
 * itself, and knows nothing of processes.
 */
export class Machine {
  readonly #shared: Shared;
  readonly #options: MachineOptions;
  readonly #queue: Event[] = [];
  readonly #waiting = new Set<() => void>();
  #state: State = { kind: "stopped" };
  #history: History = NEW_HISTORY;
  #timer: Timer | undefined;
  #busy = false;
  #closed = false;

  constructor(shared: Shared, options: MachineOptions) {
    this.#shared = shared;
    this.#options = options;
  }

  get state(): State {
    return this.#state;
  }

  get history(): History {
    return this.#history;
  }

  /** Code of the last exit; undefined when there is none. */
  get exitCode(): number | undefined {
    const { exit } = this.#history;
    return exit !== undefined && exit.how !== "unknown" && "code" in exit.how ? exit.how.code : undefined;
  }

  /** Looks for its dependencies again, if it waits for any. */
  recheck(): void {
    if (this.#state.kind === "waiting") this.dispatch({ type: "dependencies", missing: this.#options.missing() });
  }

  /** Something that a restart may mend was seen from outside; means nothing unless it runs. */
  complain(reason: string): void {
    const life = lifeOf(this.#state);
    if (life !== undefined) this.dispatch({ type: "unwell", generation: life.generation, reason });
  }

  /** Hands the unit something that happened; what follows from it is done when this returns. */
  dispatch(event: Event): void {
    if (this.#closed) return; // Its process is another supervisor's matter by now.
    this.#queue.push(event);
    if (this.#busy) return;
    this.#busy = true;
    const before = this.#state;
    try {
      this.#shared.afterwards.following(() => this.#drain()); // Nothing is written before the next life has begun.
    } finally {
      this.#busy = false;
      this.#rearm();
    }
    if (this.isSettled) { for (const resolve of this.#waiting) resolve(); }
    if (this.#state !== before) this.#shared.changed();
  }

  #drain(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next);
  }

  #step(event: Event): void {
    const { clock, random } = this.#shared;
    const moment = { mono: clock.monotonic(), wall: clock.now(), random: random() };
    const before = { state: this.#state, history: this.#history };
    const { state, history, effects } = step({ ...before, event, policy: this.#options.policy(), moment });
    if (state !== before.state) this.#options.onChange?.(event);
    this.#state = state;
    this.#history = history;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case "ask":
        // Answered before anything else that waits, as the spawn is: nothing may come between.
        return void this.#queue.unshift({ type: "dependencies", missing: this.#options.missing() });
      case "tell":
        return this.tell(effect.notice);
      default: {
        const answer = this.#options.perform(effect);
        if (answer !== undefined) this.#queue.unshift(answer);
      }
    }
  }

  /** Says what happened to whoever listens. */
  tell(notice: Notice): void {
    const { name: program, service } = this.#options;
    this.#shared.tell({ ...notice, program, at: this.#shared.clock.now(), ...(service && { service }) });
  }

  /** Does what is a help, and not the authority: without a record the unit goes on all the same. */
  attempt(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (errnoOf(error) === undefined && !(error instanceof AppdError)) throw error;
      this.tell({ kind: "trouble", what, error: messageOf(error) });
    }
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

  #rearm(): void {
    this.#timer?.[Symbol.dispose]();
    const deadline = deadlineOf(this.#state);
    const { clock } = this.#shared;
    this.#timer = deadline === undefined
      ? undefined
      : clock.after(Math.max(0, Math.ceil(deadline - clock.monotonic())), () => this.dispatch({ type: "deadline" }));
  }

  /** Nothing happens to the unit any more. */
  close(): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
  }
}
