import { dirname } from "node:path";
import { cannot, errnoOf, systemError } from "../base/errors.ts";
import type { Files } from "../system/files.ts";

const NEWLINE = 0x0a;
const BLOCK = 64 * 1024;

/** What became of an append: bytes that are in the file, and why not all of them are. */
export interface Appended {
  readonly landed: number;
  readonly error?: unknown;
}

/** Options of {@link LogFile.open}. */
export interface LogFileOptions {
  /** Fail with EEXIST when it exists. Default: append to what is there. */
  readonly exclusive?: boolean;
  /** Permission bits of a new file. */
  readonly mode: number;
}

/**
 * {@link LogFile.open} that makes the directory of the file (0700) when it is missing.
 *
 * @throws what node throws, or an AppdError (cannotCreate) for what is no file
 */
export function openInDirectory(files: Files, path: string, options: LogFileOptions): LogFile {
  try {
    return LogFile.open(files, path, options);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    files.makeDirectory(dirname(path), 0o700);
    return LogFile.open(files, path, options);
  }
}

/** What somebody is told of a log that cannot be opened; a bug is rethrown. */
export function logError(path: string, error: unknown): unknown {
  return errnoOf(error) === undefined ? error : systemError(["log to", path], error);
}

/**
 * Opens a log for an instant, to see whether it can be; a file that was not there is removed again.
 *
 * @throws AppdError as openRotatingFile
 */
export function tryLogFile(files: Files, path: string): void {
  try {
    const isNew = files.stat(path) === undefined;
    openInDirectory(files, path, { mode: 0o600 }).close();
    if (isNew) files.unlink(path);
  } catch (error) {
    throw logError(path, error);
  }
}

/** One open log file: its descriptor, its size, and where its last line begins. Every failure is a value or is thrown. */
export class LogFile {
  readonly #files: Files;
  readonly #fd: number;
  readonly ino: number;
  readonly dev: number;
  /** Wall time in milliseconds of its last change before it was opened. */
  readonly modified: number;
  #size: number;
  #lineStart: number;

  private constructor(files: Files, fd: number) {
    const stat = files.fstat(fd);
    if (stat.kind !== "file") throw new Error(`it is not a regular file but a ${stat.kind}`);
    [this.#files, this.#fd, this.#size] = [files, fd, stat.size];
    [this.ino, this.dev, this.modified] = [stat.ino, stat.dev, stat.mtimeMs];
    this.#lineStart = lineStartOf(files, fd, stat.size);
  }

  /** Opens or creates a regular file for appending; never follows a symbolic link. */
  static open(files: Files, path: string, options: LogFileOptions): LogFile {
    const { exclusive = false, mode } = options;
    const fd = files.open(path, { access: "readappend", create: true, exclusive, mode, nonblock: true });
    try {
      return new LogFile(files, fd);
    } catch (error) {
      files.close(fd);
      if ((error as { code?: string }).code !== undefined) throw error;
      throw cannot(["log to", path], (error as Error).message, { exit: "cannotCreate" });
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Offset of the first byte after the last newline. */
  get lineStart(): number {
    return this.#lineStart;
  }

  /** Bytes of the line that has not ended yet. */
  get lineBytes(): number {
    return this.#size - this.#lineStart;
  }

  /** Appends `bytes`, over as many write(2) calls as it takes; never throws. */
  append(bytes: Uint8Array): Appended {
    let landed = 0;
    let failure: { error: unknown } | undefined;
    try {
      while (landed < bytes.length) {
        const count = this.#files.write(this.#fd, landed === 0 ? bytes : bytes.subarray(landed));
        if (count === 0) throw Object.assign(new Error("nothing could be written"), { code: "EIO" });
        landed += count;
      }
    } catch (error) {
      failure = { error };
      landed = this.landedOf(bytes, landed);
    }
    this.note(bytes, landed);
    return { landed, ...failure };
  }

  /**
   * How many of the bytes of a write that failed are in the file, before they are accounted for: the runtime goes on after
   * a write(2) that took a part of them, and when the next one fails it does not tell what the first one took.
   *
   * @param told as the runtime tells, which counts where the file cannot be asked
   */
  landedOf(bytes: Uint8Array, told: number): number {
    try {
      const grown = this.#files.fstat(this.#fd).size - this.#size;
      return Math.max(0, Math.min(grown, bytes.length));
    } catch {
      return told;
    }
  }

  /** For a write(2) of one's own. */
  get descriptor(): number {
    return this.#fd;
  }

  /** Accounts for the first `landed` of `bytes`, which are in the file. */
  note(bytes: Uint8Array, landed: number): void {
    const newline = landed === 0 ? -1 : bytes.lastIndexOf(NEWLINE, landed - 1);
    if (newline >= 0) this.#lineStart = this.#size + newline + 1;
    this.#size += landed;
  }

  /** Takes the unfinished last line back; the number of bytes removed. Throws when the file cannot be cut. */
  cutLine(): number {
    const cut = this.lineBytes;
    if (cut > 0) this.#files.truncate(this.#fd, this.#lineStart);
    this.#size = this.#lineStart;
    return cut;
  }

  /** Looks at the file itself: another process may have truncated it. False once it has no name any more. */
  refresh(): boolean {
    const stat = this.#files.fstat(this.#fd);
    if (stat.size !== this.#size) {
      this.#size = stat.size;
      this.#lineStart = lineStartOf(this.#files, this.#fd, stat.size);
    }
    return stat.nlink > 0;
  }

  /** The content from `offset` on, in blocks that are only valid until the next one. */
  *readFrom(offset: number): Generator<Uint8Array> {
    const block = new Uint8Array(BLOCK);
    for (let at = offset;;) {
      const count = this.#files.read(this.#fd, block, at);
      if (count === 0) return;
      yield block.subarray(0, count);
      at += count;
    }
  }

  close(): void {
    this.#files.close(this.#fd);
  }
}

function lineStartOf(files: Files, fd: number, size: number): number {
  const block = new Uint8Array(Math.min(BLOCK, size));
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - block.length);
    const count = files.read(fd, block.subarray(0, end - start), start);
    const newline = block.subarray(0, count).lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}
