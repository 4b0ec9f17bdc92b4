const NEWLINE = 0x0a;
/** What is kept of a run's output. */
const MOST_BYTES = 8 * 1024;
const MOST_LINES = 100;

/** The end of what a run wrote. */
export class Tail {
  /** Twice as long as what counts, so that bytes are moved once in a while only. Made with the first byte. */
  #buffer: Uint8Array | undefined;
  #used = 0;
  #cut = false;

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const buffer = this.#buffer ??= new Uint8Array(2 * MOST_BYTES);
    const last = bytes.subarray(-MOST_BYTES);
    if (this.#used + last.length > buffer.length) this.#keep(MOST_BYTES - last.length);
    if (last.length < bytes.length) this.#cut = true;
    buffer.set(last, this.#used);
    this.#used += last.length;
  }

  /** Forgets all but the last `count` bytes. */
  #keep(count: number): void {
    this.#buffer?.copyWithin(0, this.#used - count, this.#used);
    this.#used = count;
    this.#cut = true;
  }

  /**
   * The last lines, at most 100 of the last 8 KiB. Bytes that are no UTF-8 become U+FFFD, control characters stay. A line
   * whose beginning is lost is left out, unless it is the only one.
   */
  get text(): string {
    const all = this.#buffer?.subarray(0, this.#used) ?? new Uint8Array();
    const bytes = all.subarray(-MOST_BYTES);
    const first = bytes.indexOf(NEWLINE) + 1;
    const isTorn = this.#cut || bytes.length < all.length;
    const whole = isTorn && first < bytes.length ? bytes.subarray(first) : bytes;
    return lastLines(new TextDecoder().decode(whole));
  }
}

function lastLines(text: string): string {
  const lines = text.split("\n"); // After the last newline there is one more, which is empty.
  return lines.slice(text.endsWith("\n") ? -MOST_LINES - 1 : -MOST_LINES).join("\n");
}
