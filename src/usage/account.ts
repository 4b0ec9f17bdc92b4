import type { UsageReport } from "../base/program_reports.ts";
import type { ProcessIdentity } from "../system/processes.ts";
import { bornAt, growthOf, TICK_MS } from "./growth.ts";
import { isDead, type Member, rssOf } from "./member.ts";

/** What a program has used in all lives that this daemon has seen; never falls. Bytes undefined while nobody knows. */
export interface UsageTotals {
  readonly cpuSeconds: number;
  readonly readBytes: number | undefined;
  readonly writeBytes: number | undefined;
}

/** Monotonic milliseconds, and milliseconds since boot, of one look. */
export interface Moment {
  readonly mono: number;
  readonly sinceBoot: number;
}

/** Where a percentage begins: how much had been used when, in clock ticks and monotonic milliseconds. */
interface Mark {
  readonly ticks: number;
  readonly at: number;
}

type Counters = { ticks: number; readBytes: number | undefined; writeBytes: number | undefined };

/** Shortest time that a percentage is measured over, in milliseconds: a few ticks at least. */
const MIN_SPAN = 100;

/** Keeps the books of one program: counters of this life and of all, and from when percentages are measured. */
export class Account {
  #identity: ProcessIdentity;
  #members: ReadonlyMap<number, Member> = new Map();
  #life: Counters = { ticks: 0, readBytes: undefined, writeBytes: undefined };
  #all: Counters = { ticks: 0, readBytes: undefined, writeBytes: undefined };
  #taken: Moment | undefined;
  #shown: Mark;
  #kept: Mark;
  #percent = 0;

  constructor(identity: ProcessIdentity, moment: Moment) {
    this.#identity = identity;
    this.#shown = this.#kept = birthOf(identity, moment);
  }

  /** Members at the last look, by PID. */
  get members(): ReadonlyMap<number, Member> {
    return this.#members;
  }

  get totals(): UsageTotals {
    const { ticks, readBytes, writeBytes } = this.#all;
    return { cpuSeconds: Math.round(ticks) * TICK_MS / 1000, readBytes, writeBytes };
  }

  /** Enters a look at the tree. A main process that is another than before begins a new life. */
  take(identity: ProcessIdentity, members: readonly Member[], moment: Moment): void {
    if (identity.pid !== this.#identity.pid || identity.startTime !== this.#identity.startTime) {
      this.#begin(identity, moment);
    }
    const span = this.#taken === undefined ? Infinity : moment.mono - this.#taken.mono;
    const { ticks, io } = growthOf(this.#members, members, { span, sinceBoot: moment.sinceBoot });
    for (const counters of [this.#life, this.#all]) {
      counters.ticks += ticks;
      if (io === undefined) continue;
      counters.readBytes = Math.round((counters.readBytes ?? 0) + io.readBytes);
      counters.writeBytes = Math.round((counters.writeBytes ?? 0) + io.writeBytes);
    }
    this.#members = new Map(members.map((one) => [one.pid, one]));
    this.#taken = moment;
    this.#percent = this.#since(this.#shown);
    this.#shown = this.#mark();
  }

  #begin(identity: ProcessIdentity, moment: Moment): void {
    this.#identity = identity;
    this.#members = new Map();
    this.#life = { ticks: 0, readBytes: undefined, writeBytes: undefined };
    this.#taken = undefined;
    this.#shown = this.#kept = birthOf(identity, moment);
  }

  /** As of the last look; CPU over the time between the last two, or since the birth of the main process. */
  report(): UsageReport {
    const alive = [...this.#members.values()].filter((one) => !isDead(one));
    const fds = alive.map((one) => one.fds).filter((count) => count !== undefined);
    return {
      cpu_percent: this.#percent,
      rss_bytes: rssOf(alive),
      processes: alive.length,
      threads: sum(alive.map((one) => one.threads)),
      fds: fds.length === 0 ? null : sum(fds),
      read_bytes: this.#life.readBytes ?? null,
      write_bytes: this.#life.writeBytes ?? null,
    };
  }

  /** The same for the history: CPU over the time since the last entry there. */
  entry(): UsageReport {
    const cpu_percent = this.#since(this.#kept);
    this.#kept = this.#mark();
    return { ...this.report(), cpu_percent };
  }

  #mark(): Mark {
    return { ticks: this.#life.ticks, at: this.#taken?.mono ?? this.#shown.at };
  }

  /** Percent of one CPU from `mark` to the last look, with one decimal. */
  #since(mark: Mark): number {
    const now = this.#mark();
    const span = Math.max(MIN_SPAN, now.at - mark.at);
    return Math.round((now.ticks - mark.ticks) * TICK_MS / span * 1000) / 10;
  }
}

function birthOf(identity: ProcessIdentity, { mono, sinceBoot }: Moment): Mark {
  return { ticks: 0, at: mono - Math.max(0, sinceBoot - bornAt(identity)) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
