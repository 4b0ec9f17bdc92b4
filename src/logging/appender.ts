import { errnoOf } from "../base/errors.ts";
import type { Clock, Timer } from "../system/clock.ts";
import { Gap, gapLine, type GapReport } from "./gap.ts";
import type { Appended, LogFile } from "./log_file.ts";

/** Options of {@link Appender}. */
export interface AppenderOptions {
  readonly clock: Clock;
  /** The line, without newline, that stands where lines are missing. */
  readonly gapLine?: ((gap: GapReport) => string) | undefined;
  /** Whose mark that is. Default `appd`. */
  readonly program?: string | undefined;
  /** Told when writing begins to fail, or fails otherwise than before; with undefined when it works again. */
  readonly onTrouble: (error: unknown) => void;
  readonly onResumed: (gap: GapReport) => void;
  /** Asked for before another attempt after an error that a fresh descriptor may cure. */
  readonly refresh: () => void;
}

/** Numbers of lost lines and bytes. */
export interface Loss {
  readonly lines: number;
  readonly bytes: number;
}

/** Milliseconds between attempts to write again. */
const RETRY = 500;

/**
 * Appends to a log file, which its owner may exchange. While writing fails it counts what is lost, exactly; the file
 * always ends in a whole line then, and a marker line stands in the gap once writing works again.
 */
export class Appender {
  readonly #options: AppenderOptions;
  #log: LogFile;
  #gap: Gap | undefined;
  #lost: Loss = { lines: 0, bytes: 0 };
  #nextProbe = 0;
  #timer: Timer | undefined;

  constructor(log: LogFile, options: AppenderOptions) {
    [this.#log, this.#options] = [log, options];
  }

  get log(): LogFile {
    return this.#log;
  }

  set log(log: LogFile) {
    this.#log = log;
  }

  /** The gap that is open at present. */
  get gap(): Loss | undefined {
    return this.#gap;
  }

  /** All that was lost so far. */
  get lost(): Loss {
    const { lines = 0, bytes = 0 } = this.#gap ?? {};
    return { lines: this.#lost.lines + lines, bytes: this.#lost.bytes + bytes };
  }

  /** Appends or counts; never throws. */
  put(bytes: Uint8Array): void {
    const rest = this.#gap === undefined ? bytes : this.#afterGap(this.#gap, bytes);
    if (rest.length === 0) return;
    const { landed, error } = this.#log.append(rest);
    if (error !== undefined) this.#begin(rest.subarray(landed), error);
  }

  /** Takes up a write(2) on the log's descriptor that somebody else has made, while no gap was open. */
  account(bytes: Uint8Array, { error, ...told }: Appended): void {
    const landed = error === undefined ? told.landed : this.#log.landedOf(bytes, told.landed);
    this.#log.note(bytes, landed);
    if (error !== undefined) this.#begin(bytes.subarray(landed), error);
    else if (landed < bytes.length) this.put(bytes.subarray(landed));
  }

  /** Counts bytes that nobody tries to write. */
  discard(bytes: Uint8Array): void {
    const gap = new Gap(0, "");
    gap.take(bytes);
    this.#add(gap);
  }

  /** Last attempt to leave the marker; what could not be told in the file, or undefined. */
  close(): GapReport | undefined {
    this.#timer?.[Symbol.dispose]();
    if (this.#gap === undefined || this.#resume(this.#gap)) return undefined;
    return this.#gap.report(this.#options.clock.now());
  }

  #begin(rest: Uint8Array, error: unknown): void {
    const { clock } = this.#options;
    const gap = new Gap(clock.now(), nameOf(error));
    this.#gap = gap;
    this.#cutLine(gap);
    gap.take(rest);
    this.#options.onTrouble(error);
    this.#nextProbe = clock.monotonic() + RETRY;
    this.#timer = clock.every(RETRY, () => void (gap.open || this.#resume(gap)));
  }

  /** Takes the beginning of the lost line out of the file. Where that fails it stays, and is tried again later. */
  #cutLine(gap: Gap): void {
    try {
      gap.add(this.#log.cutLine());
    } catch (error) {
      gap.error = nameOf(error);
    }
  }

  /** What of `bytes` is to be written: nothing while the gap lasts, then the lines that begin after it. */
  #afterGap(gap: Gap, bytes: Uint8Array): Uint8Array {
    const rest = gap.finishLine(bytes);
    if (rest.length === 0) return rest;
    if (this.#options.clock.monotonic() >= this.#nextProbe && this.#resume(gap)) return rest;
    gap.take(rest);
    return rest.subarray(rest.length);
  }

  /** Tries to write the marker; true when that worked and the gap is over. */
  #resume(gap: Gap): boolean {
    const { clock, onResumed, onTrouble, refresh } = this.#options;
    this.#nextProbe = clock.monotonic() + RETRY;
    if (!isFull(gap.error)) refresh();
    this.#cutLine(gap);
    const report = gap.report(clock.now());
    const error = this.#mark(report);
    if (error !== undefined) {
      gap.error = nameOf(error);
      return false;
    }
    this.#add(gap);
    this.#gap = undefined;
    this.#timer?.[Symbol.dispose]();
    onTrouble(undefined);
    onResumed(report);
    return true;
  }

  /** Writes the marker whole or not at all; the error when it did not work. */
  #mark(report: GapReport): unknown {
    const torn = this.#log.lineBytes > 0 ? "\n" : "";
    const { gapLine: lineOf = (gap) => gapLine(gap, this.#options.program) } = this.#options;
    const line = `${torn}${lineOf(report)}\n`;
    const { error } = this.#log.append(new TextEncoder().encode(line));
    if (error === undefined) return undefined;
    try {
      this.#log.cutLine();
      return error;
    } catch (failure) {
      return failure;
    }
  }

  #add({ lines, bytes }: Loss): void {
    this.#lost = { lines: this.#lost.lines + lines, bytes: this.#lost.bytes + bytes };
  }
}

function nameOf(error: unknown): string {
  return errnoOf(error) ?? String(error);
}

function isFull(errno: string): boolean {
  return errno === "ENOSPC" || errno === "EDQUOT";
}
