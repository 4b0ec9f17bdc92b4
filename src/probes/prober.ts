import { formatDuration } from "../base/duration.ts";
import type { Clock, Timer } from "../system/clock.ts";
import { afterAwake } from "./patience.ts";
import type { ProbeSpec } from "../base/probe_spec.ts";
import type { Answer, Look, Probe } from "./probe.ts";
import { reasonOf } from "./reason.ts";

/** The times of a prober, in milliseconds. */
export type ProberTimes = Pick<ProbeSpec, "initialDelay" | "period" | "timeout">;

/**
 * Asks again and again: first after `initialDelay`, then every `period` from begin to begin, never two at once. An
 * attempt that takes longer than `timeout` is aborted and has failed.
 */
export function asking(times: ProberTimes, { subject, look }: Look, clock: Clock): Probe {
  return (tell) => new Prober({ times, subject, look, clock, tell });
}

/** Milliseconds in which an aborted attempt has to be over: a killed command has to be waited for. */
const PATIENCE = 1000;

interface ProberOptions extends Look {
  readonly times: ProberTimes;
  readonly clock: Clock;
  readonly tell: (answer: Answer) => void;
}

class Prober implements Disposable {
  readonly #options: ProberOptions;
  #timer: Timer;
  /** The attempt that has not settled; an aborted one may take its time. */
  #running: AbortController | undefined;
  /** Monotonic time, in milliseconds, at which the running attempt was aborted. */
  #abortedAt: number | undefined;
  /** A period went by while it ran. */
  #overdue = false;
  #ended = false;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#timer = options.clock.after(options.times.initialDelay, () => this.#begin());
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.#timer[Symbol.dispose]();
    this.#running?.abort();
  }

  #begin(): void {
    const { clock, times } = this.#options;
    this.#timer = clock.after(times.period, () => this.#begin());
    if (this.#running === undefined) return void this.#attempt();
    this.#overdue = true;
    const abortedAt = this.#abortedAt ?? Infinity;
    if (clock.monotonic() - abortedAt >= PATIENCE) this.#tell(false, "the attempt before cannot be ended");
  }

  async #attempt(): Promise<void> {
    const { clock, times, look } = this.#options;
    const controller = this.#running = new AbortController();
    using _deadline = afterAwake(clock, times.timeout, () => {
      this.#abortedAt = clock.monotonic();
      this.#tell(false, `no answer within ${formatDuration(times.timeout)}`);
      controller.abort();
    });
    const { ok, seen } = await look(controller.signal).catch((error) => ({ ok: false, seen: reasonOf(error) }));
    this.#running = this.#abortedAt = undefined;
    if (!controller.signal.aborted) this.#tell(ok, seen);
    if (this.#overdue && !this.#ended) this.#catchUp();
  }

  #catchUp(): void {
    this.#overdue = false;
    this.#timer[Symbol.dispose]();
    this.#begin();
  }

  #tell(ok: boolean, seen: string): void {
    if (!this.#ended) this.#options.tell({ ok, why: `${this.#options.subject}: ${seen}` });
  }
}
