/** How long to wait before looking into the FIFO again: milliseconds, or `now` for the next turn of the event loop. */
export type Wait = number | "now";

/** Bytes that a FIFO holds by default, pipe(7). */
const CAPACITY = 65_536;
/** Aim: a quarter full when we look, so that the writer never waits. */
const TARGET = CAPACITY / 4;
/** So full that the writer may have waited. */
const FULL = CAPACITY * 3 / 4;
/** Bytes per millisecond above which waiting at all would slow the writer down. */
const TORRENT = 20_000;
/** Milliseconds over which a torrent is judged. */
const WINDOW = 10;
const SHORTEST = 2;
/** At the beginning of a life. */
export const FIRST_WAIT = 50;
const LONGEST = 250;
/** When nothing has come for a second, and when nothing has come for 15 s. */
const IDLE = 500;
const SILENT = 1000;
const SILENT_AFTER = 30;

/**
 * How often a stream is looked at. There is no way to be told that a FIFO has something without also taking it away, and
 * what is taken but not yet written is lost when the daemon is killed. So it is looked at from time to time, and what is
 * there is moved within one turn: 250 ms apart while little comes, 500 ms and then 1 s when nothing does, without a pause in a torrent.
 */
export class Pace {
  #wait = FIRST_WAIT;
  /** Looks since the last one that found something. */
  #vain = 0;
  #torrentSince: number | undefined;
  #torrentBytes = 0;

  /** Nothing has come for a while. */
  get isIdle(): boolean {
    return this.#wait >= IDLE;
  }

  /** There is no pause between two looks. */
  get inTorrent(): boolean {
    return this.#torrentSince !== undefined;
  }

  /** A new life: its first lines are looked for soon. */
  restart(): void {
    this.#wait = FIRST_WAIT;
    this.#vain = 0;
  }

  /** @param bytes moved by the look just taken @param now monotonic milliseconds */
  next(bytes: number, now: number): Wait {
    if (this.#torrentSince === undefined && bytes >= FULL) {
      this.#torrentSince = now;
      this.#torrentBytes = 0;
    }
    if (this.#torrentSince !== undefined && this.#inTorrent(bytes, now)) return "now";
    return this.#wait = this.#calm(bytes);
  }

  #inTorrent(bytes: number, now: number): boolean {
    this.#torrentBytes += bytes;
    const since = this.#torrentSince ?? now;
    if (now - since < WINDOW) return true;
    const goesOn = this.#torrentBytes >= TORRENT * (now - since);
    this.#torrentSince = goesOn ? now : undefined;
    this.#torrentBytes = 0;
    this.#wait = SHORTEST;
    return goesOn;
  }

  #calm(bytes: number): number {
    this.#vain = bytes === 0 ? this.#vain + 1 : 0;
    if (bytes === 0) return this.#vain > SILENT_AFTER ? SILENT : Math.min(IDLE, this.#wait * 1.5);
    const ideal = this.#wait * TARGET / bytes;
    return Math.max(SHORTEST, Math.min(LONGEST, ideal));
  }
}
