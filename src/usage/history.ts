import type { UsageReport } from "../base/program_reports.ts";

/** One remembered sample. */
export interface Sample extends UsageReport {
  /** Monotonic milliseconds. */
  readonly at: number;
}

const FIRST_ROOM = 16;
/** Numbers of a sample that need more than 24 bits, and those that do not. */
const WIDE = ["at", "rss_bytes", "read_bytes", "write_bytes"] as const;
const NARROW = ["cpu_percent", "processes", "threads", "fds"] as const;

/** A ring of the newest samples: 48 bytes each in two arrays, which grow as samples come. NaN stands for null. */
export class History {
  readonly #capacity: number;
  #wide: Float64Array;
  #narrow: Float32Array;
  #room: number;
  #count = 0;
  /** Where the oldest one is, once the ring is full. */
  #first = 0;

  /** @param capacity samples that are kept */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#room = Math.min(FIRST_ROOM, capacity);
    this.#wide = new Float64Array(this.#room * WIDE.length);
    this.#narrow = new Float32Array(this.#room * NARROW.length);
  }

  /** Bytes of its arrays. */
  get bytes(): number {
    return this.#wide.byteLength + this.#narrow.byteLength;
  }

  add(sample: Sample): void {
    if (this.#count === this.#room && this.#room < this.#capacity) this.#grow();
    const full = this.#count === this.#capacity;
    const slot = full ? this.#first : this.#count;
    if (full) this.#first = (this.#first + 1) % this.#capacity;
    else this.#count++;
    WIDE.forEach((key, index) => this.#wide[slot * WIDE.length + index] = sample[key] ?? NaN);
    NARROW.forEach((key, index) => this.#narrow[slot * NARROW.length + index] = sample[key] ?? NaN);
  }

  /** Only while nothing was overwritten yet: the samples lie in their order. */
  #grow(): void {
    this.#room = Math.min(this.#room * 2, this.#capacity);
    const wide = new Float64Array(this.#room * WIDE.length);
    const narrow = new Float32Array(this.#room * NARROW.length);
    wide.set(this.#wide);
    narrow.set(this.#narrow);
    this.#wide = wide;
    this.#narrow = narrow;
  }

  /** Oldest first. @param since monotonic milliseconds; older ones are left out */
  samples(since: number): Sample[] {
    const found: Sample[] = [];
    for (let index = 0; index < this.#count; index++) {
      const sample = this.#at((this.#first + index) % this.#room);
      if (sample.at >= since) found.push(sample);
    }
    return found;
  }

  #at(slot: number): Sample {
    const wide = (index: number) => this.#wide[slot * WIDE.length + index] ?? NaN;
    const narrow = (index: number) => this.#narrow[slot * NARROW.length + index] ?? NaN;
    return {
      at: wide(0),
      cpu_percent: orNull(Math.round(narrow(0) * 10) / 10),
      rss_bytes: orNull(wide(1)),
      processes: orNull(narrow(1)),
      threads: orNull(narrow(2)),
      fds: orNull(narrow(3)),
      read_bytes: orNull(wide(2)),
      write_bytes: orNull(wide(3)),
    };
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
