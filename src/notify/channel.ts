import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type Clock, delay } from "../system/clock.ts";
import { deliver, type Outside } from "./courier.ts";
import { type Letter, letterOf, type Sender } from "./letter.ts";
import type { News } from "./news.ts";
import { isWanted, type NotifySettings, recipientOf } from "./settings.ts";

/** Letters that may wait; one more drops the oldest. */
export const MAX_WAITING = 32;
/** News that are remembered for {@link NotifySettings.every}. */
const MAX_TOLD = 1000;

export interface ChannelDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly outside: Outside;
  readonly sender: Sender;
}

/** Tells one recipient, one letter after the other. Whatever it does, nobody waits for it and its memory is bounded. */
export class Channel {
  readonly settings: NotifySettings;
  readonly #deps: ChannelDeps;
  readonly #waiting: Letter[] = [];
  readonly #told = new Map<string, { readonly at: number; leftOut: number }>();
  readonly #stopping = new AbortController();
  readonly #expired = new AbortController();
  #work: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  /** Letters that did not arrive since the last one that did. */
  #lost = 0;
  #troubled = false;

  constructor(settings: NotifySettings, deps: ChannelDeps) {
    this.settings = settings;
    this.#deps = deps;
  }

  /** Takes news; tells them when they are wanted and were not told just now. */
  offer(news: News): void {
    if (this.#stopping.signal.aborted || !isWanted(this.settings, news)) return;
    const leftOut = this.#turnOf(news);
    if (leftOut === undefined) return;
    this.#waiting.push(letterOf(news, this.#deps.sender, leftOut));
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#lost++;
    }
    this.#work ??= this.#deliverAll().finally(() => this.#work = undefined);
  }

  /** How many were left out before these news; undefined when they are left out too. */
  #turnOf({ program, job, kind }: News): number | undefined {
    const now = this.#deps.clock.monotonic();
    const key = job === null ? `program ${program} ${kind}` : `job ${job} ${kind}`;
    const last = this.#told.get(key);
    if (last !== undefined && now - last.at < this.settings.every) {
      last.leftOut++;
      return undefined;
    }
    this.#told.delete(key);
    this.#told.set(key, { at: now, leftOut: 0 });
    const [oldest] = this.#told.keys();
    if (this.#told.size > MAX_TOLD && oldest !== undefined) this.#told.delete(oldest);
    return last?.leftOut ?? 0;
  }

  async #deliverAll(): Promise<void> {
    const patience = { stopping: this.#stopping.signal, expired: this.#expired.signal };
    for (let letter = this.#waiting.shift(); letter !== undefined; letter = this.#waiting.shift()) {
      try {
        await deliver(letter, this.settings, patience, this.#deps);
        this.#succeeded();
      } catch (error) {
        this.#failed(letter, error);
      }
    }
  }

  #succeeded(): void {
    if (this.#troubled) this.#deps.log.info("notifications arrive again", { ...this.#who(), lost: this.#lost });
    this.#troubled = false;
    this.#lost = 0;
  }

  /** Said once, until one arrives again. What the end cut off is counted there. */
  #failed({ event, program, job }: Letter, error: unknown): void {
    this.#lost++;
    if (!this.#troubled && !this.#expired.signal.aborted) {
      const about = job === null ? { program } : { job };
      this.#deps.log.warn("cannot notify", { ...this.#who(), event, ...about, error: messageOf(error) });
    }
    this.#troubled = true;
  }

  #who() {
    return { notification: this.settings.name, to: recipientOf(this.settings) };
  }

  /** Delivers what waits for at most `graceMs`, then drops it and says how many have not arrived. A second call is the first one. */
  close(graceMs: number): Promise<void> {
    return this.#closed ??= this.#close(graceMs);
  }

  async #close(graceMs: number): Promise<void> {
    this.#stopping.abort();
    if (this.#work !== undefined) {
      const over = new AbortController();
      await Promise.race([this.#work, delay(this.#deps.clock, graceMs, over.signal)]);
      over.abort();
    }
    const dropped = this.#waiting.length + (this.#work === undefined ? 0 : 1);
    this.#waiting.length = 0;
    this.#expired.abort();
    const lost = this.#lost;
    if (dropped + lost > 0) this.#deps.log.warn("notifications have not arrived", { ...this.#who(), dropped, lost });
  }
}
