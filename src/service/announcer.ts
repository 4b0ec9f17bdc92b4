/**
 * The announcer owns what the service manager that started us hears: sd_notify(3). It never decides how the daemon is, and
 * nothing that becomes of a message has an effect on it.
 */
import type { DaemonState } from "../base/lifecycle.ts";
import type { Logger } from "../base/logger.ts";
import type { Clock, Timer } from "../system/clock.ts";
import { Outbox, type Wire } from "./outbox.ts";
import { type StatusFacts, statusLine } from "./status_line.ts";

/** What the announcer needs to know of the daemon. */
export interface Announced {
  /** Undefined before there is anything to report. */
  facts(): StatusFacts | undefined;
  /** IANA name of the zone that its times are told in. */
  timezone(): string;
}

export interface AnnouncerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly wire: Wire;
  /** CLOCK_MONOTONIC in microseconds. */
  readonly monotonicMicroseconds: () => bigint;
  /** How long we may be silent, in milliseconds; undefined without a watchdog. */
  readonly watchdogMs: number | undefined;
}

/** How often the status is looked at, in milliseconds. */
const STATUS_MS = 1000;
/** How often time is asked for, and how much, in milliseconds: it is given until the next time, with a good margin. */
const EXTEND_EVERY_MS = 5000;
const EXTEND_BY_MS = 20_000;
/** A start gets more time for so many milliseconds. One that takes longer hangs, or wants its own TimeoutStartSec. */
const LONGEST_START_MS = 15 * 60_000;
/** What a shutdown may take beyond its deadline: closing what is still open. */
const STOP_MARGIN_MS = 5000;
/** Milliseconds that the last messages have. */
const CLOSE_MS = 300;

/**
 * Tells the service manager: READY=1, RELOADING=1, STOPPING=1 as they happen; STATUS when it has changed, not more than
 * once a second; EXTEND_TIMEOUT_USEC while a start or a shutdown takes its time; WATCHDOG=1 from the main loop.
 *
 * **The watchdog is about the daemon only.** It is told that we live when the main loop turns, the daemon's own report can
 * be made, and no shutdown is overdue. A program or a job that fails, a full disk, a database that is locked have their own
 * answers (restart, alert, health); to kill the daemon for them would stop everything else that it runs, and cure nothing.
 */
export class Announcer implements AsyncDisposable {
  readonly #options: AnnouncerOptions;
  readonly #outbox: Outbox;
  readonly #timers: Timer[] = [];
  #announced: Announced | undefined;
  #status = "";
  #state: DaemonState = "starting";
  /** Monotonic time in milliseconds up to which more time is asked for in this state. */
  #mayExtendUntil: number;
  #reportFailed = false;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    const { clock, watchdogMs } = options;
    this.#outbox = new Outbox(options.wire, options);
    this.#mayExtendUntil = clock.monotonic() + LONGEST_START_MS;
    this.#timers.push(clock.every(STATUS_MS, () => this.#tellStatus()));
    this.#timers.push(clock.every(EXTEND_EVERY_MS, () => this.#askForTime()));
    if (watchdogMs !== undefined) this.#timers.push(clock.every(watchdogMs / 2, () => this.#beat()));
    this.#tellStatus();
  }

  /** From now on the status is this daemon's. */
  follow(announced: Announced): void {
    this.#announced = announced;
  }

  /** The daemon has changed its state. */
  changed(from: DaemonState, to: DaemonState): void {
    this.#state = to;
    if (to === "reloading") this.#reloading();
    else if (to === "stopping") this.#stopping();
    else if (to === "ready" && (from === "starting" || from === "reloading")) this.#ready();
  }

  #ready(): void {
    // The caller is in the middle of its change: what it says of itself is true when it is through.
    queueMicrotask(() => this.#state !== "stopping" && this.#tell("READY=1"));
  }

  #reloading(): void {
    this.#tell("RELOADING=1", `MONOTONIC_USEC=${this.#options.monotonicMicroseconds()}`);
  }

  #stopping(): void {
    queueMicrotask(() => {
      const { clock } = this.#options;
      const deadline = this.#facts()?.shutdown?.deadline;
      const left = deadline === undefined ? 0 : Math.max(0, Date.parse(deadline) - clock.now());
      this.#mayExtendUntil = clock.monotonic() + left + STOP_MARGIN_MS;
      this.#tell("STOPPING=1", ...this.#extension());
    });
  }

  /** What happened, together with how we are now. */
  #tell(...lines: readonly string[]): void {
    this.#status = this.#line() ?? this.#status;
    this.#outbox.post([...lines, `STATUS=${this.#status}`].join("\n"));
  }

  #tellStatus(): void {
    const line = this.#line();
    if (line === undefined || line === this.#status) return;
    this.#status = line;
    this.#outbox.post(`STATUS=${line}`, { fleeting: true });
  }

  #line(): string | undefined {
    const facts = this.#facts();
    if (facts === undefined) return this.#announced === undefined ? "starting" : undefined;
    const { clock } = this.#options;
    return statusLine(facts, { now: clock.now(), timezone: this.#announced?.timezone() ?? "UTC" });
  }

  /** The daemon's report; undefined when it cannot be made, which is a bug and said once. */
  #facts(): StatusFacts | undefined {
    try {
      const facts = this.#announced?.facts();
      this.#reportFailed = false;
      return facts;
    } catch (error) {
      if (!this.#reportFailed) this.#options.log.error("cannot report to the service manager", { error });
      this.#reportFailed = true;
      return undefined;
    }
  }

  #askForTime(): void {
    if (this.#state !== "starting" && this.#state !== "stopping") return;
    const [line] = this.#extension();
    if (line !== undefined) this.#outbox.post(line, { fleeting: true });
  }

  /** EXTEND_TIMEOUT_USEC with what is left of the state's time; nothing when that is over. */
  #extension(): string[] {
    const left = Math.min(EXTEND_BY_MS, this.#mayExtendUntil - this.#options.clock.monotonic());
    return left <= 0 ? [] : [`EXTEND_TIMEOUT_USEC=${Math.ceil(left) * 1000}`];
  }

  #beat(): void {
    const overdue = this.#state === "stopping" && this.#options.clock.monotonic() > this.#mayExtendUntil;
    this.#facts();
    if (!overdue && !this.#reportFailed) this.#outbox.post("WATCHDOG=1", { fleeting: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) timer[Symbol.dispose]();
    await this.#outbox.close(CLOSE_MS);
  }
}
