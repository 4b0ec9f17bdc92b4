import { messageOf } from "../base/errors.ts";
import { type Clock, delay, systemClock } from "../system/clock.ts";
import { systemFiles } from "../system/files.ts";
import { type Archive, byAge, storedPath } from "./archives.ts";
import { blocks, lastLineEnd, LineAssembler } from "./line_reader.ts";
import { lineFilter, type LogQuery } from "./log_query.ts";
import {
  archiveBlocks,
  type CurrentFile,
  type LogSnapshot,
  type ReadFiles,
  snapshotOrThrow,
  takeSnapshot,
} from "./log_snapshot.ts";
import { readSnapshot } from "./snapshot_reader.ts";

/** Options of {@link followLog}. */
export interface FollowOptions {
  /** What to show of the past, and which lines of the future. Default: nothing, and all. */
  readonly query?: LogQuery;
  /** Defaults: the machine's. */
  readonly files?: ReadFiles;
  readonly clock?: Clock;
  /** Milliseconds between looks. Default 200. */
  readonly interval?: number;
  readonly complain?: (text: string) => void;
}

/**
 * The lines of the log at `path` as they are written, until `signal` aborts: each once, across rotations, also when an
 * archive was compressed between two looks, and when something else moved the file. A line shows once it has ended.
 *
 * @throws AppdError when the log cannot be read
 */
export async function* followLog(
  path: string,
  signal: AbortSignal,
  options: FollowOptions = {},
): AsyncGenerator<Uint8Array> {
  const { files = systemFiles, clock = systemClock, interval = 200, complain = () => {} } = options;
  const query = options.query ?? { lines: 0 };
  const snapshot = wholeLines(files, snapshotOrThrow(files, path));
  const follower = new Follower({ files, path, complain }, snapshot);
  const filter = lineFilter({ level: query.level, grep: query.grep });
  try {
    yield* readSnapshot({ files, snapshot, complain }, query);
    while (!signal.aborted) {
      for await (const line of follower.news()) if (filter === undefined || filter(line)) yield line;
      await delay(clock, interval, signal);
    }
  } finally {
    follower.close();
  }
}

/** Ends the current file of a snapshot after its last whole line. */
function wholeLines(files: ReadFiles, { current, archives }: LogSnapshot): LogSnapshot {
  if (current === undefined) return { current, archives };
  const size = lastLineEnd(files, { fd: current.fd, from: 0, to: current.size });
  return { current: { ...current, size }, archives };
}

interface Place {
  readonly files: ReadFiles;
  readonly path: string;
  readonly complain: (text: string) => void;
}

/** Reads on where it stopped; holds the file that it reads open, so that a rotation takes nothing away. */
class Follower {
  readonly #place: Place;
  readonly #assembler = new LineAssembler();
  #current: CurrentFile | undefined;
  #known: ReadonlySet<string>;
  #offset: number;

  constructor(place: Place, { current, archives }: LogSnapshot) {
    [this.#place, this.#current, this.#offset] = [place, current, current?.size ?? 0];
    this.#known = pathsOf(archives);
  }

  /** The lines that have ended since the last call. */
  async *news(): AsyncGenerator<Uint8Array> {
    yield* this.#readOn();
    for (let next = await this.#successor(); next !== undefined; next = await this.#successor()) {
      yield* this.#readOn(); // What was written between the last look and the rotation.
      yield* this.#assembler.finish();
      for (const archive of next.between) yield* this.#readArchive(archive);
      this.#adopt(next.snapshot);
      yield* this.#readOn();
    }
  }

  close(): void {
    if (this.#current !== undefined) this.#place.files.close(this.#current.fd);
    this.#current = undefined;
  }

  *#readOn(): Generator<Uint8Array> {
    const { files } = this.#place;
    if (this.#current === undefined) return;
    const { fd } = this.#current;
    if (files.fstat(fd).size < this.#offset) this.#offset = 0; // Truncated.
    for (const block of blocks(files, { fd, from: this.#offset, to: Infinity })) {
      this.#offset += block.length;
      yield* this.#assembler.push(block);
    }
  }

  /** The state of the log once another file has taken the place of ours and has content; undefined until then. */
  async #successor(): Promise<{ snapshot: LogSnapshot; between: Archive[] } | undefined> {
    const { files, path } = this.#place;
    if (this.#isCurrent()) return undefined;
    const snapshot = takeSnapshot(files, path);
    const added = snapshot.archives.filter((archive) => !this.#known.has(archive.path)).sort(byAge);
    const ours = added[0] !== undefined && await this.#isOurs(added[0]);
    const between = ours ? added.slice(1) : added;
    if (!ours && added.length > 0 && this.#current !== undefined) {
      this.#place.complain("lines are missing here: archives were removed before they could be read");
    }
    const { current } = snapshot;
    if (between.length > 0 || (current !== undefined && current.size > 0 && current.ino !== this.#current?.ino)) {
      return { snapshot, between };
    }
    if (current !== undefined) files.close(current.fd);
    return undefined;
  }

  #isCurrent(): boolean {
    const stat = this.#place.files.stat(this.#place.path);
    return stat !== undefined && stat.ino === this.#current?.ino && stat.dev === this.#current.dev;
  }

  /** The archive is the file that we hold open, under its new name or compressed. */
  async #isOurs(archive: Archive): Promise<boolean> {
    const { files } = this.#place;
    if (this.#current === undefined) return false;
    const stat = files.stat(archive.path);
    if (stat !== undefined) return stat.ino === this.#current.ino && stat.dev === this.#current.dev;
    return await this.#beginsLikeOurs(archive);
  }

  async #beginsLikeOurs(archive: Archive): Promise<boolean> {
    const { files, complain } = this.#place;
    const fd = this.#current?.fd ?? -1;
    try {
      for await (const theirs of archiveBlocks(files, archive)) {
        const [ours = new Uint8Array(0)] = blocks(files, { fd, from: 0, to: theirs.length });
        return ours.length > 0 && ours.every((byte, index) => byte === theirs[index]);
      }
    } catch (error) {
      complain(`cannot read "${storedPath(archive)}": ${messageOf(error)}`);
    }
    return false;
  }

  async *#readArchive(archive: Archive): AsyncGenerator<Uint8Array> {
    try {
      for await (const block of archiveBlocks(this.#place.files, archive)) yield* this.#assembler.push(block);
    } catch (error) {
      this.#place.complain(`cannot read all of "${storedPath(archive)}": ${messageOf(error)}`);
    }
    yield* this.#assembler.finish();
  }

  #adopt({ current, archives }: LogSnapshot): void {
    this.close();
    [this.#current, this.#offset] = [current, 0];
    this.#known = pathsOf(archives);
  }
}

function pathsOf(archives: readonly Archive[]): ReadonlySet<string> {
  return new Set(archives.map((archive) => archive.path));
}
