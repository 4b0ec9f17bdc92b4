import type { Files } from "../system/files.ts";
import { type Archive, archiveOfTemp, GZ, leftovers, measureArchives, sizeOnDisk } from "./archives.ts";
import type { Compressor } from "./compressor.ts";
import { expired } from "./retention.ts";
import type { RotationPolicy } from "./rotation_policy.ts";

/** Ports of {@link ArchiveKeeper}. */
export interface ArchiveKeeperOptions {
  readonly files: Files;
  readonly path: string;
  readonly compressor: Compressor;
  /** Told about a failure, or with undefined about a success; each is tried again with the next rotation. */
  readonly onRemove: (error: unknown) => void;
  readonly onCompress: (error: unknown) => void;
}

/** The archives of one log: removes what the policy does not keep, has the rest compressed, and cleans up after crashes. */
export class ArchiveKeeper {
  readonly #options: ArchiveKeeperOptions;
  #archives: Archive[] = [];
  #compressing = new Set<Promise<void>>();
  #swept = false;

  constructor(options: ArchiveKeeperOptions) {
    this.#options = options;
  }

  /** The youngest archive. */
  get last(): Archive | undefined {
    return this.#archives.at(-1);
  }

  /** Reads the directory: removes what a crash left unfinished, and takes stock of the archives. */
  sweep(): void {
    const { files, path, compressor } = this.#options;
    this.#swept = false;
    this.#trying(() => {
      for (const leftover of leftovers(files, path)) {
        const archive = archiveOfTemp(leftover);
        if (archive === undefined || !compressor.has(archive)) files.unlink(leftover);
      }
      const all = measureArchives(files, path);
      for (const empty of all.filter((archive) => archive.size === 0)) files.unlink(empty.path); // A reserved name.
      this.#archives = all.filter((archive) => archive.size > 0);
      this.#swept = true;
    });
  }

  /** Takes in an archive that a rotation has just made. */
  add(archive: Archive): void {
    this.#archives.push(archive);
  }

  /** Removes what the policy no longer keeps; `current` is the size of the current file, `now` wall time in ms. */
  prune(policy: RotationPolicy, { current, now }: { current: number; now: number }): void {
    const { files } = this.#options;
    if (!this.#swept) this.sweep();
    if (!this.#swept) return;
    const gone = expired({ archives: this.#archives, policy, now, current });
    this.#trying(() => {
      for (const archive of gone) {
        files.unlink(archive.path);
        files.unlink(archive.path + GZ);
        this.#archives.shift();
      }
    });
  }

  /** Starts the compression of every archive that is not compressed yet. */
  compressAll(): void {
    for (const archive of this.#archives) {
      if (archive.compressed || this.#options.compressor.has(archive.path)) continue;
      const job = this.#compress(archive).finally(() => this.#compressing.delete(job));
      this.#compressing.add(job);
    }
  }

  /** Resolves when the compressions begun so far have ended, well or not. */
  async settled(): Promise<void> {
    await Promise.all(this.#compressing);
  }

  async #compress(archive: Archive): Promise<void> {
    try {
      await this.#options.compressor.compress(archive.path);
      this.#measureAgain(archive.path);
      this.#options.onCompress(undefined);
    } catch (error) {
      this.#options.onCompress(error);
    }
  }

  #measureAgain(path: string): void {
    const { files } = this.#options;
    const index = this.#archives.findIndex((archive) => archive.path === path);
    const archive = this.#archives[index];
    if (archive === undefined) return;
    const compressed = files.stat(path) === undefined && files.stat(path + GZ) !== undefined;
    this.#archives[index] = { ...archive, compressed, size: sizeOnDisk(files, archive) };
  }

  #trying(fn: () => void): void {
    try {
      fn();
      this.#options.onRemove(undefined);
    } catch (error) {
      this.#options.onRemove(error);
    }
  }
}
