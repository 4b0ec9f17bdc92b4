import { errnoOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Clock } from "../system/clock.ts";
import type { Files } from "../system/files.ts";
import type { Appender } from "./appender.ts";
import type { ArchiveKeeper } from "./archive_keeper.ts";
import { type LogFile, openInDirectory } from "./log_file.ts";
import { PlaceWatch } from "./place_watch.ts";
import { abandon, advance, isRenamed, type Rotation } from "./rotation.ts";

/** What {@link FileSwitch} works with. */
export interface FileSwitchOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly path: string;
  /** Permission bits of new files. */
  readonly mode: number;
  /** Has the file that is written, and is given the next one. */
  readonly appender: Pick<Appender, "log" | "put">;
  readonly keeper: Pick<ArchiveKeeper, "last" | "add" | "sweep">;
  /** Called as soon as another file is being written, before anything of the old one is copied there. */
  readonly onAdopted: () => void;
  readonly log?: Logger | undefined;
}

/** Exchanges the file that is written: by a rotation, or by opening the path again. */
export class FileSwitch {
  readonly #options: FileSwitchOptions;
  readonly #watch: PlaceWatch;
  #rotation: Rotation | undefined;

  constructor(options: FileSwitchOptions) {
    this.#options = options;
    this.#watch = new PlaceWatch(options.appender.log, options);
  }

  get #log(): LogFile {
    return this.#options.appender.log;
  }

  /** Looks at the path once a second: `moved` when it leads elsewhere now, `gone` when the file has no name left. */
  look(): "moved" | "gone" | undefined {
    if (!this.#watch.isDue() || this.isInPlace) return undefined;
    return this.#watch.hasName(this.#log) ? "moved" : "gone";
  }

  /** The path leads to the file, or does not because of a rotation that is under way. */
  get isInPlace(): boolean {
    return isRenamed(this.#rotation) || this.#watch.isInPlace(this.#log);
  }

  /**
   * Goes through the steps of a rotation, or on with them. Throws what a step threw; called again it goes on there, or
   * from the beginning when the directory or the file went away in the middle.
   *
   * @returns the path of the archive, and its size in bytes
   */
  rotate(): { readonly archive: string; readonly bytes: number } {
    const { next, archive } = this.#takeSteps();
    const old = this.#log;
    this.#rotation = undefined;
    this.#adopt(next);
    this.#options.keeper.add({ ...archive, size: old.size });
    this.#close(old);
    return { archive: archive.path, bytes: old.size };
  }

  #takeSteps(): Extract<Rotation, { step: "done" }> {
    const { files, clock, path, mode, keeper } = this.#options;
    try {
      const at = { files, path, mode, now: clock.now(), last: keeper.last };
      this.#rotation ??= { step: "open-next" };
      while (this.#rotation.step !== "done") this.#rotation = advance(this.#rotation, at);
      return this.#rotation;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") this.#abandon();
      throw error;
    }
  }

  /** Opens the path again. Throws what the opening threw; all stays as it was then. */
  reopen(): void {
    const { files, path, mode, appender, keeper } = this.#options;
    const old = this.#log;
    const next = openInDirectory(files, path, { mode });
    this.#abandon();
    const from = this.#watch.verified;
    const gone = next.ino !== old.ino && !this.#watch.hasName(old);
    this.#adopt(next);
    if (next.ino !== old.ino && next.lineBytes > 0) appender.put(LINE_END);
    if (gone) this.#copy(old.readFrom(from));
    this.#close(old);
    keeper.sweep();
  }

  /** Takes over what was written since the file was last seen in its place, because it was deleted with it. */
  #copy(blocks: Iterable<Uint8Array>): void {
    const { appender, log, path } = this.#options;
    try {
      for (const block of blocks) appender.put(block);
    } catch (error) {
      log?.warn("cannot read back a deleted log", { file: path, error });
    }
  }

  /** Goes on with `next`; the old file is still open. */
  #adopt(next: LogFile): void {
    this.#options.appender.log = next;
    this.#watch.follow(next);
    this.#options.onAdopted();
  }

  #abandon(): void {
    if (this.#rotation !== undefined) abandon(this.#rotation, this.#options);
    this.#rotation = undefined;
  }

  #close(log: LogFile): void {
    try {
      log.close();
    } catch (error) {
      this.#options.log?.warn("cannot close a log", { file: this.#options.path, error });
    }
  }

  /** Gives up a rotation that is under way, and closes the file. */
  close(): void {
    this.#abandon();
    this.#close(this.#log);
  }
}

const LINE_END = Uint8Array.of(0x0a);
