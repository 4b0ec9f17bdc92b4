import { errnoOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Clock, Timer } from "../system/clock.ts";
import type { Files } from "../system/files.ts";
import { ArchiveKeeper } from "./archive_keeper.ts";
import type { Compressor } from "./compressor.ts";
import { Appender, type Loss } from "./appender.ts";
import { gapLine, type GapReport } from "./gap.ts";
import { type Appended, logError, type LogFile, openInDirectory } from "./log_file.ts";
import { PlaceWatch } from "./place_watch.ts";
import { abandon, advance, isRenamed, type Rotation, type RotationPlace } from "./rotation.ts";
import { RotationDemand } from "./rotation_demand.ts";
import { periodOf, type RotationPolicy, sizeLimit } from "./rotation_policy.ts";
import { Troubles } from "./troubles.ts";

/** Options of {@link openRotatingFile}. */
export interface RotatingFileOptions {
  /** Absolute. Its directory is made (0700) when it is missing; a symbolic link is refused. */
  readonly path: string;
  readonly policy: RotationPolicy;
  readonly files: Files;
  readonly clock: Clock;
  /** The one compressor of the process. */
  readonly compressor: Compressor;
  /** Told about rotations (debug) and gaps (warn). Not for a log that this logger itself writes to. */
  readonly log?: Logger;
  /** Gets one line of text when something begins to fail; meant for stderr. */
  readonly complain?: (text: string) => void;
  /** The line, without newline, that stands where lines are missing. Default: `[appd] gap: N lines …`. */
  readonly gapLine?: (gap: GapReport) => string;
  /** Whose mark that is. Default `appd`. */
  readonly program?: string;
  /** Permission bits of new files. Default 0o600. */
  readonly mode?: number;
}

/** What is wrong with a log right now. */
export interface LogProblem {
  /** Wall time in milliseconds. */
  readonly since: number;
  readonly error: string;
  readonly droppedBytes: number;
  readonly droppedLines: number;
}

/** A way for bytes past {@link RotatingFile.write}, good until the file is used otherwise. */
export interface Passage {
  /** Bytes that fit into the file before it is rotated. */
  readonly room: number;
  /** Of the file. One write(2) on it, and then `settle`. */
  readonly descriptor: number;
  /** Accounts for what was given to write(2), and sees to what did not land. */
  settle(bytes: Uint8Array, result: Appended): void;
}

/** A log file that is rotated, compressed and kept within its budget while it is written. */
export interface RotatingFile {
  readonly path: string;
  /** What fails at present, for health; undefined when all is well. */
  readonly problem: LogProblem | undefined;
  /** Everything that was ever dropped through this handle. */
  readonly dropped: Loss;
  /** Bytes at the end of the file that no newline has ended yet. */
  readonly lineBytes: number;
  /** Appends whole lines or any piece of them. Never throws: what cannot be written is counted. */
  write(bytes: Uint8Array): void;
  /** All that `write` would decide before it knows the bytes; undefined when they have to go through it. */
  passage(): Passage | undefined;
  /**
   * Rotates a file that is not empty, at the next newline, and resolves once the archive is compressed. Calls during a
   * rotation share one that follows. Resolves after 2 s when the current line has not ended; the rotation then happens
   * when it does. Rejects with an AppdError when a step failed; it is tried again by itself.
   */
  rotate(): Promise<void>;
  /** Opens the path again at the next newline, because something else moved the file away. */
  reopen(): void;
  setPolicy(policy: RotationPolicy): void;
  /** Ends writing. Compression goes on in the compressor. */
  close(): Promise<void>;
}

/** Milliseconds between attempts after a failure, and between rounds of upkeep. */
const RETRY = 500;
const MAINTENANCE = 60_000;

/**
 * Opens a log for writing: takes up what a crash left, removes what the policy does not keep, compresses the rest.
 *
 * @throws AppdError when the file or its directory cannot be opened or made
 */
export function openRotatingFile(options: RotatingFileOptions): RotatingFile {
  return new Engine(options);
}

class Engine implements RotatingFile {
  readonly path: string;
  readonly #options: RotatingFileOptions;
  readonly #keeper: ArchiveKeeper;
  readonly #troubles: Troubles;
  readonly #upkeep: Timer;
  readonly #appender: Appender;
  #retry: Timer | undefined;
  readonly #watch: PlaceWatch;
  readonly #demand: RotationDemand;
  #policy: RotationPolicy;
  #limit: number;
  #period: number;
  #want: "rotate" | "reopen" | undefined;
  #rotation: Rotation | undefined;
  #closed = false;
  /** Monotonic time in milliseconds before which no switch is tried again. */
  #nextSwitch = 0;

  constructor(options: RotatingFileOptions) {
    [this.#options, this.path, this.#policy] = [options, options.path, options.policy];
    this.#limit = sizeLimit(this.#policy);
    this.#troubles = new Troubles(this.path, options.complain ?? (() => {}));
    this.#keeper = new ArchiveKeeper({
      ...options,
      onRemove: (error) => this.#tell("remove old archives of", error),
      onCompress: (error) => this.#tell("compress an archive of", error),
    });
    this.#appender = new Appender(this.#openOrThrow(), {
      ...options,
      onTrouble: (error) => this.#tell("write", error),
      onResumed: (gap) => options.log?.warn("lines were lost", { file: this.path, ...gap }),
      refresh: () => this.reopen(),
    });
    this.#watch = new PlaceWatch(this.#log, options);
    this.#demand = new RotationDemand({ ...options, attempt: () => this.#attempt(), failure: () => this.#stuck });
    this.#period = this.#periodAt(this.#log.size > 0 ? this.#log.modified : options.clock.now());
    this.#keeper.sweep();
    this.#tend();
    this.#upkeep = options.clock.every(MAINTENANCE, () => this.#maintain());
  }

  get problem(): LogProblem | undefined {
    const worst = this.#troubles.worst;
    if (worst === undefined) return undefined;
    const { bytes = 0, lines = 0 } = this.#appender.gap ?? {};
    return { since: worst.since, error: worst.error.message, droppedBytes: bytes, droppedLines: lines };
  }

  get dropped(): Loss {
    return this.#appender.lost;
  }

  get #log(): LogFile {
    return this.#appender.log;
  }

  get lineBytes(): number {
    return this.#log.lineBytes;
  }

  write(bytes: Uint8Array): void {
    if (this.#closed) return this.#appender.discard(bytes);
    this.#options.compressor.writing();
    this.#look();
    for (let rest = bytes; rest.length > 0;) {
      const length = this.#beforeSwitch(rest);
      const whole = length === rest.length;
      if (length > 0) this.#appender.put(whole ? rest : rest.subarray(0, length));
      if (!whole || this.#isDue()) this.#switch();
      if (whole) return;
      rest = rest.subarray(length);
    }
  }

  passage(): Passage | undefined {
    if (this.#closed || this.#appender.gap !== undefined) return undefined;
    this.#look();
    if (this.#want !== undefined) return undefined;
    const { size, descriptor } = this.#log;
    return { room: this.#limit - size, descriptor, settle: this.#takeUp };
  }

  readonly #takeUp = (bytes: Uint8Array, result: Appended): void => {
    this.#options.compressor.writing();
    this.#appender.account(bytes, result);
  };

  async rotate(): Promise<void> {
    await this.#demand.request();
    await this.#keeper.settled();
  }

  reopen(): void {
    if (this.#closed) return;
    this.#want = "reopen";
    this.#nextSwitch = 0;
    if (this.#isDue()) this.#switch();
  }

  setPolicy(policy: RotationPolicy): void {
    this.#policy = policy;
    this.#limit = sizeLimit(policy);
    this.#period = this.#periodAt(this.#options.clock.now());
    this.#tend();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#upkeep[Symbol.dispose]();
    this.#retry?.[Symbol.dispose]();
    const gap = this.#appender.close();
    if (gap !== undefined) this.#options.complain?.(`"${this.path}": ${gapLine(gap, this.#options.program)}`);
    if (this.#rotation !== undefined) abandon(this.#rotation, this.#options);
    this.#settle();
    this.#closeLog(this.#log);
    await this.#demand.ended();
  }

  // ---- when to switch to another file

  /** Looks at the clock, and once a second at the path, for a reason to switch. */
  #look(): void {
    const { clock } = this.#options;
    if (this.#policy.rotateEvery > 0) this.#lookAtPeriod(clock.now());
    if (!this.#watch.isDue() || isRenamed(this.#rotation) || this.#watch.isInPlace(this.#log)) return;
    this.#want = "reopen";
    if (!this.#watch.hasName(this.#log)) this.#switch(); // Else it waits for the newline, so that no line is torn.
  }

  #lookAtPeriod(now: number): void {
    const period = this.#periodAt(now);
    if (period > this.#period && this.#log.size > 0) this.#want ??= "rotate";
    else this.#period = period;
  }

  #periodAt(now: number): number {
    return periodOf(this.#policy, now);
  }

  /** Bytes of `rest` to write before a switch; all of them when none is due. */
  #beforeSwitch(rest: Uint8Array): number {
    const room = this.#limit - this.#log.size;
    if (this.#want === undefined && rest.length <= room) return rest.length;
    if (this.#nextSwitch > 0 && this.#options.clock.monotonic() < this.#nextSwitch) return rest.length;
    const atLineStart = this.#log.lineBytes === 0;
    if (this.#want !== undefined) return atLineStart ? 0 : firstLine(rest);
    this.#want = "rotate";
    const fitting = room > 0 ? rest.lastIndexOf(NEWLINE, room - 1) + 1 : 0;
    if (fitting > 0) return fitting;
    if (atLineStart && this.#log.size > 0) return 0;
    return firstLine(rest);
  }

  #isDue(): boolean {
    if (this.#want === undefined || this.#log.lineBytes > 0) return false;
    return this.#options.clock.monotonic() >= this.#nextSwitch;
  }

  // ---- switching

  #switch(): void {
    if (this.#want === "rotate" && (isRenamed(this.#rotation) || this.#watch.isInPlace(this.#log))) this.#rotateNow();
    else if (this.#want !== undefined) this.#reopenNow();
  }

  #rotateNow(): void {
    if (this.#log.size === 0) return this.#settle();
    try {
      const at = this.#place();
      this.#rotation ??= { step: "open-next" };
      while (this.#rotation.step !== "done") this.#rotation = advance(this.#rotation, at);
      this.#finish(this.#rotation);
    } catch (error) {
      this.#postpone("rotate", error);
      if (errnoOf(error) === "ENOENT") this.#startOver();
    }
  }

  #place(): RotationPlace {
    const { files, clock, mode = 0o600 } = this.#options;
    return { files, path: this.path, mode, now: clock.now(), last: this.#keeper.last };
  }

  #finish({ next, archive }: Extract<Rotation, { step: "done" }>): void {
    const old = this.#log;
    this.#rotation = undefined;
    this.#adopt(next);
    this.#keeper.add({ ...archive, size: old.size });
    this.#closeLog(old);
    this.#tend();
    this.#options.log?.debug("rotated", { file: this.path, archive: archive.path, bytes: old.size });
  }

  /** The directory or the file went away in the middle: forget the rotation and make a new file. */
  #startOver(): void {
    if (this.#rotation !== undefined) abandon(this.#rotation, this.#options);
    this.#rotation = undefined;
    this.#want = "reopen";
  }

  #reopenNow(): void {
    const old = this.#log;
    let next: LogFile;
    try {
      next = this.#open();
    } catch (error) {
      return this.#postpone("reopen", error);
    }
    if (this.#rotation !== undefined) abandon(this.#rotation, this.#options);
    this.#rotation = undefined;
    const from = this.#watch.verified;
    const gone = next.ino !== old.ino && !this.#watch.hasName(old);
    this.#adopt(next);
    if (next.ino !== old.ino && next.lineBytes > 0) this.#appender.put(LINE_END);
    if (gone) this.#copy(old.readFrom(from));
    this.#closeLog(old);
    this.#keeper.sweep();
  }

  /** Takes over what was written since the file was last seen in its place, because it was deleted with it. */
  #copy(blocks: Iterable<Uint8Array>): void {
    try {
      for (const block of blocks) this.#appender.put(block);
    } catch (error) {
      this.#options.log?.warn("cannot read back a deleted log", { file: this.path, error });
    }
  }

  /** Goes on with `next`; the old file is still open. */
  #adopt(next: LogFile): void {
    this.#appender.log = next;
    this.#watch.follow(next);
    this.#period = this.#periodAt(this.#options.clock.now());
    this.#nextSwitch = 0;
    this.#tell("reopen", undefined);
    this.#tell("rotate", undefined);
    this.#settle();
  }

  #postpone(kind: "rotate" | "reopen", error: unknown): void {
    this.#tell(kind, error);
    const { clock } = this.#options;
    this.#nextSwitch = clock.monotonic() + RETRY;
    this.#retry?.[Symbol.dispose]();
    if (!this.#closed) this.#retry = clock.after(RETRY, () => this.#isDue() && this.#switch());
    this.#demand.wake();
  }

  #openOrThrow(): LogFile {
    try {
      return this.#open();
    } catch (error) {
      throw logError(this.path, error);
    }
  }

  #open(): LogFile {
    const { files, mode = 0o600 } = this.#options;
    return openInDirectory(files, this.path, { mode });
  }

  #closeLog(log: LogFile): void {
    try {
      log.close();
    } catch (error) {
      this.#options.log?.warn("cannot close a log", { file: this.path, error });
    }
  }

  // ---- on demand

  /** Rotates now unless a line is open; true when that is done, or nothing is to be done. */
  #attempt(): boolean {
    if (this.#closed) return true;
    this.#want ??= "rotate";
    this.#nextSwitch = 0;
    if (this.#isDue()) this.#switch();
    return this.#want === undefined;
  }

  get #stuck(): Error | undefined {
    return (this.#troubles.get("rotate") ?? this.#troubles.get("reopen"))?.error;
  }

  #settle(): void {
    this.#want = undefined;
    this.#demand.wake();
  }

  // ---- upkeep

  #maintain(): void {
    this.#look();
    if (this.#isDue()) this.#switch();
    this.#tend();
  }

  #tend(): void {
    this.#keeper.prune(this.#policy, { current: this.#log.size, now: this.#options.clock.now() });
    if (this.#policy.compress) this.#keeper.compressAll();
  }

  #tell(kind: Parameters<Troubles["begin"]>[0], cause: unknown): void {
    if (cause === undefined) this.#troubles.end(kind);
    else this.#troubles.begin(kind, { cause, now: this.#options.clock.now() });
  }
}

const NEWLINE = 0x0a;
const LINE_END = Uint8Array.of(NEWLINE);

function firstLine(bytes: Uint8Array): number {
  const newline = bytes.indexOf(NEWLINE);
  return newline < 0 ? bytes.length : newline + 1;
}
