/**
 * The usage room owns what programs use: CPU, memory, processes, threads, descriptors and I/O of each program's whole
 * process tree, the history of the last hour, and the watch over memory limits. It never starts, signals or restarts
 * anything: it tells, and who asked for it acts.
 */
import { errnoOf } from "../base/errors.ts";
import type { UsageHistory, UsageReport } from "../base/program_reports.ts";
import type { Clock, Timer } from "../system/clock.ts";
import type { UsageProcesses } from "../system/process_usage.ts";
import type { ProcessStat } from "../system/processes.ts";
import { Account, type Moment, type UsageTotals } from "./account.ts";
import { History } from "./history.ts";
import { detailOf, rssOf } from "./member.ts";
import { type MemoryLimit, MemoryWatch } from "./memory_watch.ts";
import { Sampler } from "./sampler.ts";
import type { Root } from "./tree.ts";

export type { UsageTotals } from "./account.ts";

/** What is to be known of a program beforehand. */
export interface Followed {
  readonly name: string;
  readonly maxMemory?: MemoryLimit;
}

export interface UsageDeps {
  readonly clock: Pick<Clock, "now" | "monotonic" | "every">;
  readonly processes: UsageProcesses;
  /** The main processes that run now. */
  roots(): readonly Root[];
  /** A program was over its limit for the whole window; once in a life. `text`: `uses 812MiB, more than …`. */
  onExcess(name: string, text: string): void;
}

/** Usage of the programs; rests, without a timer, while none is followed. */
export interface Usage extends Disposable {
  /** The programs that are configured now. What was known of others is forgotten. */
  follow(programs: readonly Followed[]): void;
  /** By name of the programs that run. Measured now, unless somebody asked less than a second ago. */
  reports(): ReadonlyMap<string, UsageReport>;
  /** Counters of all followed programs that ever ran under this daemon. */
  totals(): ReadonlyMap<string, UsageTotals>;
  /** Empty for a program that has not run in the last hour. */
  history(name: string): UsageHistory;
}

/** Milliseconds between two entries of the history, how long it reaches back, and how long a sample is shared. */
const INTERVAL = 10_000;
const HOUR = 3_600_000;
const SHARED = 1000;
/** A memory limit is looked after that often in its window, at least. */
const LOOKS = 3;

/** Resource usage of programs; {@link Usage.follow} sets it to work. */
export function createUsage(deps: UsageDeps): Usage {
  return new TreeUsage(deps);
}

class TreeUsage implements Usage {
  readonly #deps: UsageDeps;
  readonly #sampler: Sampler;
  readonly #lookout: Sampler;
  readonly #accounts = new Map<string, Account>();
  readonly #histories = new Map<string, History>();
  readonly #watches = new Map<string, MemoryWatch>();
  #reports: ReadonlyMap<string, UsageReport> = new Map();
  #sampledAt = -Infinity;
  /** Whose reports those are. */
  #lives = "";
  #keeping: Timer | undefined;
  #watching: { readonly interval: number; readonly timer: Timer } | undefined;

  constructor(deps: UsageDeps) {
    this.#deps = deps;
    this.#sampler = new Sampler(deps.processes);
    this.#lookout = new Sampler(deps.processes);
  }

  follow(programs: readonly Followed[]): void {
    const names = new Set(programs.map(({ name }) => name));
    for (const known of [this.#accounts, this.#histories, this.#watches]) {
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    }
    for (const { name, maxMemory } of programs) this.#limit(name, maxMemory);
    this.#arm(programs.length > 0);
  }

  #limit(name: string, limit: MemoryLimit | undefined): void {
    const known = this.#watches.get(name)?.limit;
    if (limit === undefined) this.#watches.delete(name);
    else if (known?.bytes !== limit.bytes || known.window !== limit.window) {
      this.#watches.set(name, new MemoryWatch(limit));
    }
  }

  #arm(needed: boolean): void {
    const { clock } = this.#deps;
    if (!needed) this.#disarm();
    else this.#keeping ??= clock.every(INTERVAL, () => this.#keep());
    const windows = [...this.#watches.values()].map(({ limit }) => limit.window / LOOKS);
    const interval = windows.length === 0 ? undefined : Math.max(SHARED, Math.min(INTERVAL, ...windows));
    if (interval === this.#watching?.interval) return;
    this.#watching?.timer[Symbol.dispose]();
    this.#watching = interval === undefined
      ? undefined
      : { interval, timer: clock.every(interval, () => this.#watch()) };
  }

  #disarm(): void {
    this.#keeping?.[Symbol.dispose]();
    this.#watching?.timer[Symbol.dispose]();
    this.#keeping = this.#watching = undefined;
  }

  reports(): ReadonlyMap<string, UsageReport> {
    const now = this.#deps.clock.monotonic();
    const roots = this.#deps.roots();
    const lives = roots.map(({ name, pid }) => `${name} ${pid}`).join();
    if (now - this.#sampledAt < SHARED && lives === this.#lives) return this.#reports;
    this.#sampledAt = now;
    this.#lives = lives;
    this.#reports = roots.length === 0 ? new Map() : this.#sample(roots, now);
    return this.#reports;
  }

  totals(): ReadonlyMap<string, UsageTotals> {
    this.reports();
    return new Map([...this.#accounts].map(([name, account]) => [name, account.totals]));
  }

  /** Looks at all trees and enters them into the books. */
  #sample(roots: readonly Root[], mono: number): Map<string, UsageReport> {
    const reports = new Map<string, UsageReport>();
    unlessShort(() => {
      const trees = this.#sampler.look(roots, mono);
      const moment = { mono, sinceBoot: this.#deps.processes.sinceBoot() };
      for (const root of roots) {
        const tree = trees.get(root.name);
        if (tree !== undefined) reports.set(root.name, this.#enter(root, tree, moment));
      }
    });
    return reports;
  }

  #enter(root: Root, tree: readonly ProcessStat[], moment: Moment): UsageReport {
    const account = this.#accounts.get(root.name) ?? new Account(root, moment);
    this.#accounts.set(root.name, account);
    const members = tree.map((one) => detailOf(this.#deps.processes, one, account.members.get(one.pid)));
    account.take(root, members, moment);
    return account.report();
  }

  #keep(): void {
    for (const name of this.reports().keys()) {
      const history = this.#histories.get(name) ?? new History(HOUR / INTERVAL);
      this.#histories.set(name, history);
      const entry = this.#accounts.get(name)?.entry();
      if (entry !== undefined) history.add({ ...entry, at: this.#sampledAt });
    }
  }

  /** Memory only, and only of the programs that have a limit. */
  #watch(): void {
    const at = this.#deps.clock.monotonic();
    const roots = this.#deps.roots().filter(({ name }) => this.#watches.has(name));
    const excesses: [name: string, text: string][] = [];
    unlessShort(() => {
      const trees = this.#lookout.look(roots, at);
      for (const root of roots) {
        const tree = trees.get(root.name);
        const text = tree && this.#watches.get(root.name)?.see(root, { rssBytes: rssOf(tree), at });
        if (text !== undefined) excesses.push([root.name, text]);
      }
    });
    for (const [name, text] of excesses) this.#deps.onExcess(name, text);
  }

  history(name: string): UsageHistory {
    const { clock } = this.#deps;
    const [wall, mono] = [clock.now(), clock.monotonic()];
    const samples = this.#histories.get(name)?.samples(mono - HOUR) ?? [];
    return {
      program: name,
      interval_s: INTERVAL / 1000,
      samples: samples.map((sample) => ({ ...sample, at: new Date(wall - (mono - sample.at)).toISOString() })),
    };
  }

  [Symbol.dispose](): void {
    this.#disarm();
  }
}

/** Out of descriptors or memory, of which others will complain: this look is left out, and the next is in a moment. */
function unlessShort(look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!["EMFILE", "ENFILE", "ENOMEM"].includes(errnoOf(error) ?? "")) throw error;
  }
}
