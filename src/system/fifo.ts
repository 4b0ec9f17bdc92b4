import fs from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers";
import { errnoOf } from "../base/errors.ts";
import { type FifoMark, isHeld, keepsTimes, markFifo, type Trust } from "./fifo_mark.ts";
import { openFilesLimit } from "./limits.ts";

/** A named FIFO (fifo(7)) held open by us, so that neither end ever sees the other one missing. */
export interface Fifo extends Disposable {
  /** Open for reading and writing: what a child gets as its stdout and stderr. */
  readonly keeper: number;
  /** Moves what is waiting into `into` without ever blocking; bytes read, 0 when nothing is waiting. */
  read(into: Uint8Array): number;
  /** False when nothing was written since the last read, for a tenth of the price of a read; true when one is due. */
  mayHold(): boolean;
  [Symbol.dispose](): void;
}

/** A source and a destination on which the move of output can be rehearsed, by the very code that reads a FIFO. */
export interface Stage extends Disposable {
  /** Endless zeros, a few at a time. */
  readonly source: Pick<Fifo, "read">;
  /** Of /dev/null. */
  readonly destination: number;
}

/** The host's FIFOs. Every method throws what node throws, an Error with an errno `code`. */
export interface Fifos {
  /**
   * Sees to it that `path` is a FIFO of ours that nobody else can read, 0600, or written by others only where a directory
   * of ours, 0700, keeps them out. Anything else in its place is replaced. True when it was there, and not by `prepare`.
   */
  ensure(path: string): boolean;
  /**
   * Makes all those at once that are not there, in directories that are: a process for each would take longer than its
   * program's start. Never fails: `ensure` tries again what did not work, and tells why.
   */
  prepare(paths: readonly string[]): void;
  /** @param fresh it was made just now, and nobody else has it: then it is tried how its file system keeps times */
  open(path: string, fresh: boolean): Fifo;
  /** Whether any process reads from it, or holds it for reading and writing. */
  isHeld(path: string): boolean;
  openStage(): Stage;
  /** Whether one more program leaves us the descriptors that it takes to answer, rotate and look at processes. */
  hasRoom(): boolean;
  /** Runs `fn` in the next turn of the event loop, after other input and output had its chance. */
  nextTurn(fn: () => void): void;
}

/** The runtime has no mkfifo(3); the tool is in POSIX, and a program needs it once in its life. */
function mkfifo(paths: readonly string[]): Deno.CommandOutput {
  const options = { clearEnv: true, env: { PATH: "/usr/bin:/bin" }, stdin: "null", stdout: "null" } as const;
  return new Deno.Command("mkfifo", { ...options, args: ["-m", "600", ...paths], stderr: "piped" }).outputSync();
}

function makeFifo(path: string): void {
  const result = mkfifo([path]);
  if (result.success) return;
  fs.writeFileSync(path, "", { flag: "wx" }); // Fails as mkfifo did, but with an errno.
  fs.unlinkSync(path);
  const said = new TextDecoder().decode(result.stderr).trim();
  throw Object.assign(new Error(said), { code: "EIO" });
}

function ensure(path: string): boolean {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFIFO() && isOurs(stat, 0o077)) return true;
  if (stat?.isFIFO() && isOurs(stat, 0o055) && isOurs(fs.lstatSync(dirname(path)), 0o077)) return true;
  if (stat !== undefined) fs.unlinkSync(path);
  makeFifo(path);
  return false;
}

/** What has no name yet. The tool goes on after one that it cannot make. */
function prepare(paths: readonly string[], made: Set<string>): void {
  const isMissing = (path: string) => fs.lstatSync(path, { throwIfNoEntry: false }) === undefined;
  try {
    const missing = paths.filter(isMissing);
    if (missing.length < 2) return;
    const { success } = mkfifo(missing);
    for (const path of success ? missing : missing.filter((one) => !isMissing(one))) made.add(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

function isOurs(stat: fs.Stats, forbidden: number): boolean {
  return stat.uid === Deno.uid() && (stat.mode & forbidden) === 0;
}

function read(fd: number, into: Uint8Array): number {
  try {
    return fs.readSync(fd, into, 0, into.length, null);
  } catch (error) {
    if ((error as { code?: string }).code === "EAGAIN") return 0;
    throw error;
  }
}

/** Since Linux 6.2 the size of the directory is their number, proc_pid_fd(5); to list a thousand takes a millisecond. */
function countOpenFiles(): number {
  const { size } = fs.statSync("/proc/self/fd");
  return size > 0 ? size : fs.readdirSync("/proc/self/fd").length;
}

/** Descriptors that programs leave free. */
const KEPT_FREE = 16;

function hasRoom(): boolean {
  try {
    return countOpenFiles() + KEPT_FREE <= (openFilesLimit() ?? Infinity);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "EMFILE" || code === "ENFILE") return false;
    if (code === "ENOENT") return true; // No /proc, nothing to count.
    throw error;
  }
}

function open(path: string, options: { fresh: boolean; trusts: Map<number, Trust> }): Fifo {
  const { fresh, trusts } = options;
  const { O_RDWR, O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
  const keeper = fs.openSync(path, O_RDWR | O_NOFOLLOW);
  try {
    // A descriptor of its own: O_NONBLOCK belongs to the open file, and the child shares the keeper's.
    const reader = fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    const { dev } = fs.fstatSync(keeper);
    const trust = trusts.get(dev) ?? { works: undefined };
    trusts.set(dev, trust);
    if (fresh) trust.works ??= keepsTimes(path, { keeper, reader });
    return fifoOf({ keeper, reader }, markFifo(path, keeper, trust));
  } catch (error) {
    fs.closeSync(keeper);
    throw error;
  }
}

function fifoOf({ keeper, reader }: { keeper: number; reader: number }, mark: FifoMark): Fifo {
  let open = true;
  let taken = 0;
  let emptied = false;
  return {
    keeper,
    read(into) {
      const bytes = read(reader, into);
      taken += bytes; // No more than that: the write that follows is waiting.
      emptied = bytes < into.length;
      return bytes;
    },
    mayHold() {
      if (emptied || taken > 0) mark.wasRead(taken, emptied);
      taken = 0;
      emptied = false;
      return mark.mayHold();
    },
    [Symbol.dispose]() {
      if (!open) return;
      open = false;
      fs.closeSync(reader);
      fs.closeSync(keeper);
    },
  };
}

function openStage(): Stage {
  const zeros = fs.openSync("/dev/zero", fs.constants.O_RDONLY);
  const destination = fs.openSync("/dev/null", fs.constants.O_WRONLY);
  let open = true;
  return {
    source: { read: (into) => read(zeros, into.subarray(0, 16)) },
    destination,
    [Symbol.dispose]() {
      if (!open) return;
      open = false;
      fs.closeSync(zeros);
      fs.closeSync(destination);
    },
  };
}

/** The machine's FIFOs, and what is known of its file systems. */
export function createFifos(): Fifos {
  const trusts = new Map<number, Trust>();
  const made = new Set<string>();
  return {
    ensure(path) {
      const isMade = made.delete(path);
      return ensure(path) && !isMade;
    },
    prepare: (paths) => prepare(paths, made),
    open: (path, fresh) => open(path, { fresh, trusts }),
    isHeld,
    openStage,
    hasRoom,
    nextTurn: (fn) => void setImmediate(fn),
  };
}
