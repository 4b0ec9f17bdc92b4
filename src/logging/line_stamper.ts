import type { Clock } from "../system/clock.ts";

const NEWLINE = 0x0a;
const BUFFER = 160 * 1024;

/** Bytes of `2025-11-01T10:30:00.123Z `. */
export const STAMP_LENGTH = 25;

/** Puts the time before each line. All lines of one chunk carry the time at which it was read. */
export class LineStamper {
  readonly #clock: Pick<Clock, "now">;
  readonly #emit: (bytes: Uint8Array) => void;
  readonly #stamp = new Uint8Array(STAMP_LENGTH);
  readonly #out = new Uint8Array(BUFFER);
  #stampTime = NaN;
  #used = 0;
  #inLine: boolean;

  /** `inLine`: an unfinished line went before. `emit` gets the bytes at once and must not keep them. */
  constructor(inLine: boolean, { clock, emit }: { clock: Pick<Clock, "now">; emit: (bytes: Uint8Array) => void }) {
    [this.#inLine, this.#clock, this.#emit] = [inLine, clock, emit];
  }

  /** `bytes`: at most 64 KiB. */
  write(bytes: Uint8Array): void {
    this.#renewStamp();
    const out = this.#out;
    for (let start = 0; start < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline < 0 ? bytes.length : newline + 1;
      if (this.#used + STAMP_LENGTH + end - start > BUFFER) this.#flush();
      if (!this.#inLine) {
        out.set(this.#stamp, this.#used);
        this.#used += STAMP_LENGTH;
      }
      out.set(bytes.subarray(start, end), this.#used);
      this.#used += end - start;
      this.#inLine = newline < 0;
      start = end;
    }
    this.#flush();
  }

  #renewStamp(): void {
    const now = this.#clock.now();
    if (now === this.#stampTime) return;
    this.#stampTime = now;
    new TextEncoder().encodeInto(`${new Date(now).toISOString()} `, this.#stamp);
  }

  #flush(): void {
    if (this.#used > 0) this.#emit(this.#out.subarray(0, this.#used));
    this.#used = 0;
  }
}
