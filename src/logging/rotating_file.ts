import type { Logger } from "../base/logger.ts";
import type { Clock } from "../system/clock.ts";
import type { Files } from "../system/files.ts";
import type { Loss } from "./appender.ts";
import type { Compressor } from "./compressor.ts";
import type { GapReport } from "./gap.ts";
import type { Appended } from "./log_file.ts";
import type { RotationPolicy } from "./rotation_policy.ts";

/** What a rotating file is made of. */
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
