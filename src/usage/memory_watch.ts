import { humanDuration } from "../base/duration.ts";
import { formatSize } from "../base/size.ts";
import type { ProcessIdentity } from "../system/processes.ts";

/** How much resident memory a tree may have: bytes, and the milliseconds after which more than that is too much. */
export interface MemoryLimit {
  readonly bytes: number;
  readonly window: number;
}

/** Timers are late and uneven by a few milliseconds; no window shall last a whole sample longer for that. */
const SLACK = 100;

/** Watches one program's memory: tells, once in a life, when it was over the limit in every sample of the window. */
export class MemoryWatch {
  readonly #limit: MemoryLimit;
  #life: ProcessIdentity | undefined;
  /** Monotonic milliseconds of the first sample of those over the limit. */
  #since: number | undefined;
  #told = false;

  constructor(limit: MemoryLimit) {
    this.#limit = limit;
  }

  get limit(): MemoryLimit {
    return this.#limit;
  }

  /** @returns what is to be told: `uses 812 MiB, more than max_memory 512 MiB, for 30s` */
  see(life: ProcessIdentity, { rssBytes, at }: { rssBytes: number; at: number }): string | undefined {
    if (life.pid !== this.#life?.pid || life.startTime !== this.#life.startTime) {
      this.#life = life;
      this.#told = false;
      this.#since = undefined;
    }
    const { bytes, window } = this.#limit;
    if (rssBytes <= bytes) this.#since = undefined;
    else this.#since ??= at;
    if (this.#told || this.#since === undefined || at - this.#since < window - SLACK) return undefined;
    this.#told = true;
    return `uses ${formatSize(rssBytes)}, more than max_memory ${formatSize(bytes)}, for ${humanDuration(window)}`;
  }
}
