import type { EventReport } from "../../base/event_report.ts";
import type { Words } from "../../base/words.ts";
import type { EventSource } from "../../http/route.ts";
import type { ProgramEvent } from "../../programs/events.ts";
import { draftOf, type EventDraft } from "./event_report.ts";

/** Events that are remembered: of all together, and of one program or of the daemon. */
export const JOURNAL_LIMITS = { all: 2000, each: 100 };

/** A check may have the name of a program, which has no space in it. */
function checkKey({ check }: EventReport): string | null {
  return check === undefined ? null : `check ${check}`;
}

interface Entry {
  readonly report: EventReport;
  /** What it was made from; the daemon's own events are made from nothing. */
  readonly event: ProgramEvent | undefined;
}

/**
 * The daemon's memory of what happened, bounded: when there is no room left, the oldest event of whoever has most of them
 * goes, so that a chatty program pushes out nobody but itself. Lost with the process; the log is the lasting record.
 */
export class Journal implements EventSource {
  /** Oldest first, by program or job, which share their names, or by check; null is the daemon. */
  readonly #entries = new Map<string | null, Entry[]>();
  readonly #listeners = new Set<(event: EventReport) => void>();
  readonly #words: Words;
  #size = 0;
  #nextId: number;

  /**
   * @param firstId number of the first event. Best the wall time in milliseconds: then a client that comes back with the
   *   number of an earlier daemon's event misses nothing of this one's.
   * @param words of the program
   */
  constructor(firstId = 1, words: Words = (text) => text) {
    this.#nextId = firstId;
    this.#words = words;
  }

  /** Something happened to a program. */
  tell(event: ProgramEvent): void {
    const draft = draftOf(event);
    this.#add({ ...draft, message: this.#words(draft.message) }, event);
  }

  /** Something happened to the daemon. */
  note(draft: EventDraft): void {
    this.#add(draft, undefined);
  }

  since(id: number): readonly EventReport[] {
    const from = id >= this.#nextId ? 0 : id; // A number that we never gave is an earlier daemon's.
    return [...this.#entries.values()].flat().map(({ report }) => report)
      .filter((report) => report.id > from).sort((a, b) => a.id - b.id);
  }

  /** What is remembered of a program, oldest first. */
  of(program: string): readonly ProgramEvent[] {
    return this.#entries.get(program)?.flatMap(({ event }) => event === undefined ? [] : [event]) ?? [];
  }

  subscribe(listener: (event: EventReport) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Those who are told of events now. */
  get listeners(): number {
    return this.#listeners.size;
  }

  #add(draft: EventDraft, event: ProgramEvent | undefined): void {
    const report: EventReport = { id: this.#nextId++, ...draft };
    const who = report.program ?? report.job ?? checkKey(report);
    const entries = this.#entries.get(who) ?? [];
    this.#entries.set(who, entries);
    entries.push({ report, event });
    this.#size++;
    if (entries.length > JOURNAL_LIMITS.each) this.#forget(who);
    if (this.#size > JOURNAL_LIMITS.all) this.#forget(this.#largest());
    for (const listener of this.#listeners) listener(report);
  }

  /** Removes the oldest event of a program or job. */
  #forget(program: string | null): void {
    const entries = this.#entries.get(program);
    if (entries?.shift() === undefined) return;
    this.#size--;
    if (entries.length === 0) this.#entries.delete(program);
  }

  #largest(): string | null {
    let most: [program: string | null, count: number] = [null, 0];
    for (const [program, { length }] of this.#entries) if (length > most[1]) most = [program, length];
    return most[0];
  }
}
