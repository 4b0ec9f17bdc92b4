import { errnoOf } from "../base/errors.ts";
import type { Clock } from "../system/clock.ts";
import type { Files } from "../system/files.ts";
import type { LogFile } from "./log_file.ts";

/** Ports of {@link PlaceWatch}. */
export interface PlaceWatchOptions {
  readonly files: Pick<Files, "stat">;
  readonly clock: Pick<Clock, "monotonic">;
  readonly path: string;
}

/** Milliseconds between two looks. */
const INTERVAL = 1000;

/** Notices that something else moved or deleted the file that is being written. */
export class PlaceWatch {
  readonly #options: PlaceWatchOptions;
  #next = 0;
  #verified: number;

  constructor(log: LogFile, options: PlaceWatchOptions) {
    [this.#verified, this.#options] = [log.lineStart, options];
  }

  /** Offset of a line start; all before it was in the file while the file was still in its place. */
  get verified(): number {
    return this.#verified;
  }

  /** Another file is being written from now on. */
  follow(log: LogFile): void {
    this.#verified = log.lineStart;
  }

  /** True once a second. */
  isDue(): boolean {
    const now = this.#options.clock.monotonic();
    if (now < this.#next) return false;
    this.#next = now + INTERVAL;
    return true;
  }

  /** The path still leads to `log`. Notes how much of it was seen there, and a size that another process changed. */
  isInPlace(log: LogFile): boolean {
    try {
      const stat = this.#options.files.stat(this.#options.path);
      if (stat?.ino !== log.ino || stat.dev !== log.dev) return false;
      if (stat.size !== log.size) log.refresh();
      this.#verified = log.lineStart;
      return true;
    } catch (error) {
      return errnoOf(error) === undefined; // ENOTDIR, EACCES: the way to it is gone.
    }
  }

  /** `log` can still be found under some name; its content is not lost with it then. */
  hasName(log: LogFile): boolean {
    try {
      return log.refresh();
    } catch (error) {
      return errnoOf(error) !== undefined; // Unknown: leave its content where it is.
    }
  }
}
