/**
 * Cuts a calendar (RFC 5545) into its components without understanding them, so that one that is broken takes no other
 * with it. What is of no use here, such as attachments and alarms, is left out and may be as broken as it likes.
 */

/** One VEVENT or VTIMEZONE. */
export interface Part {
  readonly kind: "VEVENT" | "VTIMEZONE";
  /** Where it begins in the file, from 1 on. */
  readonly line: number;
  /** Its lines from BEGIN to END. */
  readonly text: string;
}

/** Something that is left out, and why. */
export interface Flaw {
  readonly line: number;
  readonly message: string;
}

export interface Parts {
  /** What the calendar calls itself. */
  readonly name: string | undefined;
  readonly parts: readonly Part[];
  readonly flaws: readonly Flaw[];
}

/** The text is no calendar, or not all of one. */
export class NoCalendar extends Error {
  override readonly name = "NoCalendar";
}

/** Most components that are looked at. */
export const MAX_PARTS = 20_000;
/** Longest property, and longest time zone, in characters. */
const MAX_LINE = 64 * 1024;
const MAX_ZONE = 256 * 1024;

const USEFUL =
  /^(UID|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|SUMMARY|LOCATION|DESCRIPTION|URL|STATUS)/i;

/** A property with its folded lines. */
interface Line {
  readonly number: number;
  readonly text: string;
}

/** Unfolds: a line that begins with a space or a tab belongs to the one before. */
export function* logicalLines(text: string): Generator<Line> {
  let from = 0;
  for (let number = 1; from < text.length;) {
    const first = number;
    const pieces: string[] = [];
    do {
      const end = text.indexOf("\n", from);
      const stop = end < 0 ? text.length : end;
      pieces.push(text.slice(pieces.length === 0 ? from : from + 1, text[stop - 1] === "\r" ? stop - 1 : stop));
      from = stop + 1;
      number++;
    } while (text[from] === " " || text[from] === "\t");
    yield { number: first, text: pieces.join("") };
  }
}

/** @throws NoCalendar */
export function cutParts(text: string): Parts {
  const cutter = new Cutter();
  const lines = logicalLines(text.replace(/^\uFEFF/, ""));
  for (const line of lines) if (line.text.trim() !== "") cutter.take(line);
  return cutter.end();
}

interface Open {
  readonly kind: Part["kind"];
  readonly line: number;
  readonly lines: string[];
  length: number;
  /** How deep inside it we are: alarms, rules of a time zone. */
  depth: number;
}

class Cutter {
  readonly #parts: Part[] = [];
  readonly #flaws: Flaw[] = [];
  #name: string | undefined;
  #state: "before" | "inside" | "after" = "before";
  #open: Open | undefined;

  take(line: Line): void {
    const [, word, what] = /^(BEGIN|END):\s*([\w-]+)\s*$/i.exec(line.text) ?? [];
    const mark = word === undefined ? "" : `${word}:${what}`.toUpperCase();
    if (this.#state === "before") return this.#begin(mark, line);
    if (mark === "END:VCALENDAR") return this.#finish(line);
    if (mark === "BEGIN:VCALENDAR") this.#state = "inside"; // A file may hold several.
    else if (mark === "BEGIN:VEVENT" || mark === "BEGIN:VTIMEZONE") this.#start(mark, line);
    else if (this.#open !== undefined) this.#add(this.#open, { mark, line });
    else this.#name ??= /^(?:X-WR-CALNAME|NAME)(?:;[^:]*)?:(.+)$/i.exec(line.text)?.[1];
  }

  end(): Parts {
    if (this.#state === "before") throw new NoCalendar("is empty");
    if (this.#state === "inside") throw new NoCalendar("is cut off: END:VCALENDAR is missing");
    return { name: this.#name, parts: this.#parts, flaws: this.#flaws };
  }

  #begin(mark: string, { text }: Line): void {
    if (mark !== "BEGIN:VCALENDAR") {
      const page = /^\s*<(!doctype|html)/i.test(text) ? ", it is a web page" : "";
      throw new NoCalendar(`is no calendar${page}: it does not begin with BEGIN:VCALENDAR`);
    }
    this.#state = "inside";
  }

  #finish({ number }: Line): void {
    this.#lose(`has no END before the calendar's in line ${number}`);
    this.#state = "after";
  }

  #start(mark: string, { number, text }: Line): void {
    this.#lose(`has no END before the next one in line ${number}`);
    if (this.#parts.length >= MAX_PARTS) throw new NoCalendar(`has more than ${MAX_PARTS} events`);
    const kind = mark === "BEGIN:VEVENT" ? "VEVENT" : "VTIMEZONE";
    this.#open = { kind, line: number, lines: [text], length: 0, depth: 0 };
  }

  #add(open: Open, { mark, line }: { readonly mark: string; readonly line: Line }): void {
    if (mark === `END:${open.kind}`) return this.#close(open);
    if (open.kind === "VEVENT") {
      if (mark.startsWith("BEGIN:")) open.depth++;
      else if (mark.startsWith("END:")) open.depth--;
      if (mark !== "" || open.depth > 0 || !USEFUL.test(line.text)) return;
    }
    if (line.text.length > MAX_LINE) {
      return void this.#flaws.push({ line: line.number, message: "is longer than 64 KiB and left out" });
    }
    open.length += line.text.length;
    open.lines.push(line.text);
  }

  #close(open: Open): void {
    this.#open = undefined;
    if (open.length > MAX_ZONE) return void this.#flaws.push({ line: open.line, message: "is larger than 256 KiB" });
    this.#parts.push({
      kind: open.kind,
      line: open.line,
      text: [...open.lines, `END:${open.kind}`].join("\r\n"),
    });
  }

  #lose(message: string): void {
    if (this.#open !== undefined) this.#flaws.push({ line: this.#open.line, message: `${this.#open.kind} ${message}` });
    this.#open = undefined;
  }
}
