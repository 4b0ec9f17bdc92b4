import type { Logger } from "../base/logger.ts";
import { type Clock, delay } from "../system/clock.ts";
import type { StartThread } from "../system/thread.ts";
import { type Answer, EngineLink, type Event } from "./engine_link.ts";
import type { MigrationList, Outcome, Refusal, Request } from "./messages.ts";
import { type Row, type Statement, type StatementResult, type Store, StoreError, type StoreHealth } from "./store.ts";
import { StoreCondition } from "./store_condition.ts";
import { rejectTurn, type Turn, Waiting } from "./waiting.ts";

export interface ThreadStoreOptions {
  readonly path: string;
  readonly isChosen: boolean;
  readonly lists: readonly MigrationList[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly start: StartThread;
}

/** Milliseconds that outstanding calls, and then the closing of the file, may take at the end. */
const LAST_CALLS_MS = 10_000;
const CLOSING_MS = 5000;

type Listener = (setAside: string) => void;

/** The half of the store that never blocks: calls wait here, and go to the engine's thread one turn after the other. */
export class ThreadStore implements Store {
  readonly #options: ThreadStoreOptions;
  readonly #condition: StoreCondition;
  readonly #waiting = new Waiting();
  readonly #listeners = new Set<Listener>();
  /** Databases that were set aside before anybody could listen. */
  readonly #early: string[] = [];
  #isOpened = false;
  #isClosing = false;
  #link: EngineLink | undefined;
  /** Turns are under way; settles, without failing, when nothing waits any more. */
  #running: Promise<void> | undefined;

  constructor(options: ThreadStoreOptions) {
    this.#options = options;
    this.#condition = new StoreCondition(options);
  }

  /**
   * Starts the thread if there is none, and has the file opened.
   *
   * @returns why not
   * @throws StoreError when the thread dies
   */
  async open(): Promise<Refusal | undefined> {
    const { path, isChosen, lists, start } = this.#options;
    if (!this.#link || this.#link.isEnded) this.#link = new EngineLink(start);
    const answer = await this.#ask({ kind: "open", path, isChosen, lists, now: this.#options.clock.now() });
    if (answer.kind === "refused") return answer.refusal;
    if (answer.kind === "opened") this.#condition.schema(answer.migrations);
    this.#isOpened = true;
    return undefined;
  }

  settled(): Promise<void> | undefined {
    return this.#running;
  }

  write(statements: readonly Statement[]): Promise<readonly StatementResult[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly StatementResult[]>();
    this.#add(reject, () => this.#waiting.addWrite({ statements, resolve, reject }));
    return promise;
  }

  read(sql: string, params: readonly (string | number | null | Uint8Array)[] = []): Promise<readonly Row[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Row[]>();
    this.#add(reject, () => this.#waiting.addRead({ statement: { sql, params }, rows: [], resolve, reject }));
    return promise;
  }

  health(): StoreHealth {
    return this.#condition.health();
  }

  onReset(listener: Listener): Disposable {
    for (const setAside of this.#early.splice(0)) listener(setAside);
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    await this.#within(LAST_CALLS_MS, this.#running ?? Promise.resolve());
    if (this.#running === undefined && this.#link?.isEnded === false) await this.#within(CLOSING_MS, this.#closeFile());
    this.#link?.[Symbol.dispose]();
    this.#waiting.rejectAll(new StoreError("closed", `the database "${this.#options.path}" is closed`));
    this.#condition.closed();
  }

  #add(reject: (error: Error) => void, enqueue: () => void): void {
    if (this.#isClosing) return reject(new StoreError("closed", `the database "${this.#options.path}" is closed`));
    enqueue();
    if (this.#running) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running = promise;
    queueMicrotask(() => this.#run().then(resolve));
  }

  /** Calls that were made in the turn that is ending are all there now. */
  async #run(): Promise<void> {
    while (!this.#waiting.isEmpty) {
      const turn = this.#waiting.next();
      try {
        await this.#carryOut(turn);
      } catch (error) {
        const failure = this.#failure(error);
        rejectTurn(turn, failure);
        if (!this.#isOpened) this.#waiting.rejectAll(failure);
      }
    }
    this.#running = undefined;
  }

  async #carryOut(turn: Turn): Promise<void> {
    if (this.#link?.isEnded) await this.#reopen();
    const answer = await this.#ask({
      kind: "work",
      reads: turn.reads.map(({ statement }) => statement),
      writes: turn.writes.map(({ statements }) => statements),
      isRepeated: turn.isRepeated === true,
      now: this.#options.clock.now(),
    }, turn);
    if (answer.kind === "again") return this.#waiting.repeat(turn);
    if (answer.kind !== "worked") throw new Error(`the store's thread answered "${answer.kind}"`);
    this.#condition.worked(answer);
    turn.reads.forEach((call, index) => this.#settle(answer.reads[index], call, () => call.resolve(call.rows)));
    turn.writes.forEach((call, index) => this.#settle(answer.writes[index], call, call.resolve));
  }

  /** After the thread has died. */
  async #reopen(): Promise<void> {
    this.#isOpened = false;
    const refusal = await this.open();
    if (refusal) throw new StoreError(refusal.busy ? "busy" : "io", refusal.message);
  }

  #settle<T>(outcome: Outcome<T> | undefined, call: { reject(error: Error): void }, resolve: (value: T) => void): void {
    if (!outcome) return call.reject(new Error("the store's thread forgot a call"));
    if (outcome.ok) return resolve(outcome.value);
    const text = `cannot use "${this.#options.path}": ${outcome.message}`;
    call.reject(outcome.trouble ? new StoreError(outcome.trouble, text) : new Error(text));
  }

  #failure(error: unknown): Error {
    if (error instanceof StoreError) this.#condition.failed(error.message);
    return error instanceof Error ? error : new Error(String(error));
  }

  async #ask(request: Request, turn?: Turn): Promise<Answer> {
    if (!this.#link) throw new StoreError("closed", `the database "${this.#options.path}" is not open`);
    using _asked = this.#condition.asked();
    return await this.#link.ask(request, (event) => this.#hear(event, turn));
  }

  #hear(event: Event, turn: Turn | undefined): void {
    if (event.kind === "rows") {
      for (const row of event.rows) turn?.reads[event.read]?.rows.push(row);
      return;
    }
    const { path, log } = this.#options;
    log.error("the database was lost, a new one takes its place", { path, reason: event.reason, kept: event.setAside });
    if (this.#listeners.size === 0) this.#early.push(event.setAside);
    this.#waiting.ahead(() => {
      for (const listener of this.#listeners) listener(event.setAside);
    });
  }

  async #closeFile(): Promise<void> {
    const answer = await this.#ask({ kind: "close" });
    if (answer.kind !== "closed" || answer.error === null) return;
    this.#options.log.warn("the database was not closed in order", { error: answer.error });
  }

  async #within(ms: number, work: Promise<void>): Promise<void> {
    const done = new AbortController();
    const late = Symbol("late");
    const timer = delay(this.#options.clock, ms, done.signal).then(() => late);
    const first = await Promise.race([timer, work.catch((error) => this.#failure(error))]);
    done.abort();
    if (first === late) this.#options.log.warn("the database did not answer at the end", { milliseconds: ms });
  }
}
