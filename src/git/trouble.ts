/** Milliseconds that a process of git may take; twice that after each failure in a row. */
const LIMIT_MS = 10_000;
const MAX_LIMIT_MS = 160_000;
/** Between two tries of a repository that cannot be looked at. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

/** How a look has failed. */
export interface Failure {
  readonly error: string;
  /** There is no repository: it may be there any moment, and to see that takes no git. */
  readonly isMissing: boolean;
  /** Wall time in milliseconds. */
  readonly now: number;
  /** Most milliseconds until one that is missing is tried again. */
  readonly pollInterval: number;
}

/** Why a repository cannot be looked at, and the patience with it. Wall times in milliseconds. */
export class Trouble {
  #failures = 0;
  #error: string | null = null;
  #missingAt: number | undefined;
  #nextTryAt: number | undefined;
  /** At the last try that failed. */
  #wasMissing = false;

  get error(): string | null {
    return this.#error;
  }

  /** It is one failure in a row or more. */
  get isThere(): boolean {
    return this.#failures > 0;
  }

  /** When it was last seen to be missing; undefined when it has been looked at since. */
  get missingAt(): number | undefined {
    return this.#missingAt;
  }

  get nextTryAt(): number | undefined {
    return this.#nextTryAt;
  }

  /** Milliseconds that a process of git may take at the next try. */
  get limitMs(): number {
    return Math.min(LIMIT_MS * 2 ** Math.min(this.#failures, 10), MAX_LIMIT_MS);
  }

  /** @returns milliseconds until the next try */
  begin({ error, isMissing, now, pollInterval }: Failure): number {
    this.#error = error;
    if (this.#wasMissing !== isMissing) this.#failures = 0; // Another trouble, which has not lasted.
    this.#wasMissing = isMissing;
    const wait = Math.min(RETRY_MS * 2 ** Math.min(this.#failures, 10), MAX_RETRY_MS);
    const ms = isMissing ? Math.min(wait, pollInterval) : wait;
    this.#failures++;
    if (isMissing) this.#missingAt = now;
    this.#nextTryAt = now + ms;
    return ms;
  }

  /** It could be looked at. */
  end(): void {
    this.#failures = 0;
    this.#error = null;
    this.#missingAt = this.#nextTryAt = undefined;
  }
}
