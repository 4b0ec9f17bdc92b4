/** Compares the history of jobs with what their runs have noted, and with the slots that there must have been. */
import type { Note, Row } from "./job_books.ts";

const OUTCOMES = ["ok", "failed", "timeout", "cancelled", "interrupted", "skipped"];
const SECOND = 1000;

export interface Books {
  readonly rows: readonly Row[];
  readonly notes: readonly Note[];
}

const keyOf = (...parts: readonly unknown[]) => parts.join(" ");

function groupedBy<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(key(one), [...groups.get(key(one)) ?? [], one]);
  return groups;
}

const seen = (row: Row) => `${row.job} ${row.slot} (run ${row.id}, ${row.state}${row.reason ? `: ${row.reason}` : ""})`;

/** Everything that is lost, doubled or made up; empty when the books are right. */
export function faultsOf(books: Books, { mayWait = false } = {}): string[] {
  const { rows, notes } = books;
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [
    ...double(rows, (row) => keyOf(row.job, row.slot)).map((row) => `two lines of one slot: ${seen(row)}`),
    ...double(rows.filter(({ number }) => number !== null), (row) => keyOf(row.job, row.number))
      .map((row) => `two triggers of one number: ${seen(row)}`),
    ...[...groupedBy(rows, ({ job }) => job)].flatMap(([job, own]) => numberGaps(job, own)),
    ...rows.filter(({ state }) => !OUTCOMES.includes(state) && !(mayWait && state !== "running"))
      .map((row) => `no outcome: ${seen(row)}`),
    ...double(notes, ({ what, id, attempt }) => keyOf(what, id, attempt))
      .map((note) => `two ${note.what}s of one attempt: ${JSON.stringify(note)}`),
    ...notes.flatMap((note) => noteFault(note, byId.get(note.id))),
    ...rows.flatMap((row) => rowFault(row, notes.filter(({ id }) => id === row.id))),
  ];
}

function double<T>(all: readonly T[], key: (one: T) => string): T[] {
  return [...groupedBy(all, key).values()].flatMap((same) => same.slice(1));
}

/** The how-manieth trigger it was is told without gaps. */
function numberGaps(job: string, rows: readonly Row[]): string[] {
  const numbers = rows.flatMap(({ number }) => number ?? []).sort((a, b) => a - b);
  const wrong = numbers.find((number, index) => number !== index + 1);
  return wrong === undefined ? [] : [`${job} has no trigger before #${wrong}`];
}

function noteFault(note: Note, row: Row | undefined): string[] {
  if (row === undefined) return [`phantom: ${JSON.stringify(note)} has no line`];
  const { job, number, slotAt, attempt } = note;
  const isSame = row.job === job && row.number === number && row.slotAt === slotAt && attempt <= row.attempts;
  return isSame ? [] : [`${JSON.stringify(note)} is not what its line says: ${seen(row)}, attempt ${row.attempts}`];
}

function rowFault(row: Row, own: readonly Note[]): string[] {
  if (row.state === "skipped") {
    return own.length === 0 && row.reason ? [] : [`skipped, and ran or has no reason: ${seen(row)}`];
  }
  if (row.state === "ok") {
    const whats = own.filter(({ attempt }) => attempt === row.attempts).map(({ what }) => what);
    if (whats.join() !== "start,end") return [`ok, and noted "${whats}": ${seen(row)}`];
  }
  return [];
}

/** Seconds between the first and the last line of a job that runs at each `step`-th second, and that no line stands for. */
export function missingSeconds(rows: readonly Row[], { step = 1, first = 0, last = 0 } = {}): string[] {
  const covered = new Set<number>();
  const timed = rows.filter(({ trigger }) => trigger === "cron");
  const wrong: string[] = [];
  for (const row of timed) {
    let slots = 0;
    for (let at = row.slotAt; at <= (row.slotUntil ?? row.slotAt); at += step * SECOND, slots++) {
      if (covered.has(at)) wrong.push(`two lines for ${new Date(at).toISOString()}: ${seen(row)}`);
      covered.add(at);
    }
    if (slots !== row.slots) wrong.push(`${slots} slots, not ${row.slots}: ${seen(row)}`);
  }
  const from = Math.min(first || Infinity, ...covered);
  const until = Math.max(last, ...covered);
  for (let at = Math.ceil(from / SECOND / step) * SECOND * step; at <= until; at += step * SECOND) {
    if (!covered.has(at)) wrong.push(`${timed[0]?.job}: nothing for ${new Date(at).toISOString()}`);
  }
  return wrong;
}

/** Sequence numbers of an interval that no line stands for, or two do. */
export function missingTurns(rows: readonly Row[]): string[] {
  const turns = rows.filter(({ trigger }) => trigger === "every").flatMap(({ slot, slots }) => {
    const from = Number(slot.replace("every:", ""));
    return Array.from({ length: slots }, (_, index) => from + index);
  }).sort((a, b) => a - b);
  const wrong = turns.find((turn, index) => turn !== index + 1);
  return wrong === undefined ? [] : [`${rows[0]?.job}: turns are lost or doubled before every:${wrong}`];
}

/** Runs that should have followed exactly one end of another job each. */
export function chainFaults(rows: readonly Row[], { cause, effect }: { cause: string; effect: string }): string[] {
  const causes = rows.filter(({ job, state }) => job === cause && state === "ok").map(({ id }) => `job:${id}`);
  const effects = rows.filter(({ job }) => job === effect).map(({ slot }) => slot);
  return [
    ...causes.filter((slot) => !effects.includes(slot)).map((slot) => `${effect} did not follow ${slot}`),
    ...effects.filter((slot) => !causes.includes(slot)).map((slot) =>
      `${effect} follows ${slot}, which did not end well`
    ),
  ];
}
