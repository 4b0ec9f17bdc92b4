import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Clock } from "../system/clock.ts";

/** Where messages go; src/system/notify_socket.ts is one. */
export interface Wire extends Disposable {
  send(text: string): Promise<void>;
}

export interface PostOptions {
  /** It says how things are, so a later message with the same first word takes its place while it waits. */
  readonly fleeting?: boolean;
}

interface Waiting {
  readonly text: string;
  /** First word of a fleeting message. */
  readonly kind: string | undefined;
}

/** Messages that wait at most; the oldest gives way. */
const MOST_WAITING = 64;
/** Milliseconds after which a message on its way means that the receiver does not read. */
const STUCK_MS = 5000;

/**
 * Sends messages one after the other, in the background. A receiver that is gone, or does not read, costs nothing but the
 * message and one line in the log for as long as that lasts.
 */
export class Outbox {
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #log: Logger;
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;
  #troubled = false;

  constructor(wire: Wire, { clock, log }: { clock: Clock; log: Logger }) {
    this.#wire = wire;
    this.#clock = clock;
    this.#log = log;
  }

  post(text: string, { fleeting = false }: PostOptions = {}): void {
    const kind = fleeting ? text.split("=", 1)[0] : undefined;
    if (kind !== undefined) this.#waiting = this.#waiting.filter((other) => other.kind !== kind);
    this.#waiting.push({ text, kind });
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    this.#sending ??= this.#sendAll();
  }

  /** Waits until all is sent, `limitMs` at most, then gives up the rest and closes. */
  async close(limitMs: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    using _limit = this.#clock.after(limitMs, () => late.resolve());
    await Promise.race([this.#sending, late.promise]);
    this.#waiting = [];
    this.#wire[Symbol.dispose]();
    this.#troubled = true; // What ends on its way now was cut off by us.
  }

  async #sendAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#sendOne(next.text);
    }
    this.#sending = undefined;
  }

  async #sendOne(text: string): Promise<void> {
    using _stuck = this.#clock.after(STUCK_MS, () => this.#trouble("it does not read what it is sent"));
    try {
      await this.#wire.send(text);
      if (this.#troubled) this.#log.info("the service manager hears us again");
      this.#troubled = false;
    } catch (error) {
      this.#trouble(messageOf(error));
    }
  }

  #trouble(cause: string): void {
    if (!this.#troubled) this.#log.warn("cannot tell the service manager how we are", { cause });
    this.#troubled = true;
  }
}
