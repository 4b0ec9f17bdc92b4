import type { Clock, Timer } from "../system/clock.ts";
import type { WatchDirectories } from "../system/watch_directories.ts";

/** What {@link ChangeWatch} needs. */
export interface ChangeWatchOptions {
  readonly clock: Pick<Clock, "after">;
  readonly watch: WatchDirectories;
  /** Called a moment after something has changed. */
  readonly onChange: () => void;
  /** Called when the kernel is not waited for any more, because it does not tell of all changes. */
  readonly onGivenUp: () => void;
}

/** A commit changes several files at once. Milliseconds. */
const SETTLE_MS = 50;
/** So many changes that the kernel has not told of, and it is not waited for any more. */
const MOST_LOST = 3;

/** Hears from the kernel that a repository changes, as long as that can be believed. */
export class ChangeWatch implements Disposable {
  readonly #options: ChangeWatchOptions;
  #watch: Disposable | undefined;
  /** The directories, as one text. */
  #watched = "";
  #settling: Timer | undefined;
  #heard = false;
  #lost = 0;

  constructor(options: ChangeWatchOptions) {
    this.#options = options;
  }

  /** The kernel tells of what comes. */
  get isOn(): boolean {
    return this.#watch !== undefined;
  }

  /** Listens to these directories from now on. */
  follow(directories: readonly string[]): void {
    const wanted = directories.join("\0");
    if (this.#watched === wanted) return;
    this.stop();
    this.#watched = wanted;
    if (this.#lost >= MOST_LOST) return;
    this.#watch = this.#options.watch(directories, () => this.#hear());
    if (this.#watch !== undefined) this.#hear(); // What changed before it began.
  }

  stop(): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
    this.#watched = "";
  }

  #hear(): void {
    this.#heard = true;
    this.#settling ??= this.#options.clock.after(SETTLE_MS, () => {
      this.#settling = undefined;
      this.#options.onChange();
    });
  }

  /**
   * To be told what a look has found that nobody had called for: after a change of which nothing was heard the watch is
   * made anew, and at last given up.
   */
  check(isSame: boolean): void {
    if (this.#watch !== undefined && !isSame && !this.#heard) {
      this.#lost++;
      this.stop();
      if (this.#lost >= MOST_LOST) this.#options.onGivenUp();
    }
    this.#heard = false;
  }

  [Symbol.dispose](): void {
    this.#settling?.[Symbol.dispose]();
    this.stop();
  }
}
