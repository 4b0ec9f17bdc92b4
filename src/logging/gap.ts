const NEWLINE = 0x0a;

/** What could not be written between two moments. */
export interface GapReport {
  /** Wall times in milliseconds. */
  readonly since: number;
  readonly until: number;
  readonly lines: number;
  readonly bytes: number;
  /** Name of the errno, such as `ENOSPC`, or the error's text. */
  readonly error: string;
}

/**
 * The account of lines that could not be written. It takes whole lines only: a line that began in the gap is lost to
 * its end, so what is counted is exactly what a reader misses.
 */
export class Gap {
  readonly since: number;
  error: string;
  #lines = 0;
  #bytes = 0;
  #open = false;

  /** `since`: wall time in milliseconds. */
  constructor(since: number, error: string) {
    this.since = since;
    this.error = error;
  }

  get lines(): number {
    return this.#lines;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The last byte counted did not end its line. */
  get open(): boolean {
    return this.#open;
  }

  /** Counts `length` bytes more, of a line that had been written in part and was taken back. */
  add(length: number): void {
    this.#bytes += length;
  }

  /** Counts `bytes` as lost. */
  take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) this.#lines++;
    this.#bytes += bytes.length;
    this.#open = bytes[bytes.length - 1] !== NEWLINE;
  }

  /** Counts the rest of the line that is being lost; returns what follows it, empty when it does not end here. */
  finishLine(bytes: Uint8Array): Uint8Array {
    if (!this.#open) return bytes;
    const end = bytes.indexOf(NEWLINE) + 1;
    const lost = end === 0 ? bytes : bytes.subarray(0, end);
    this.take(lost);
    return bytes.subarray(lost.length);
  }

  /** `until`: wall time in milliseconds. */
  report(until: number): GapReport {
    return { since: this.since, until, lines: this.#lines, bytes: this.#bytes, error: this.error };
  }
}

/** The line that stands in the log where lines are missing. @param program whose mark it is */
export function gapLine(gap: GapReport, program = "appd"): string {
  const [since, until] = [gap.since, gap.until].map((time) => new Date(time).toISOString());
  return `[${program}] gap: ${gap.lines} lines (${gap.bytes} bytes) lost between ${since} and ${until}: ${gap.error}`;
}
