import fs from "node:fs";
import { setImmediate } from "node:timers";
import { type FifoMark, isHeld, keepsTimes, markFifo, type Trust } from "./fifo_mark.ts";

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
  /** Sees to it that `path` is a FIFO, 0600 and ours; anything else in its place is replaced. True when it was there. */
  ensure(path: string): boolean;
  /** @param fresh it was made just now, and nobody else has it: then it is tried how its file system keeps times */
  open(path: string, fresh: boolean): Fifo;
  /** Whether any process reads from it, or holds it for reading and writing. */
  isHeld(path: string): boolean;
  openStage(): Stage;
  /** Runs `fn` in the next turn of the event loop, after other input and output had its chance. */
  nextTurn(fn: () => void): void;
}

/** The runtime has no mkfifo(3); the tool is in POSIX, and a program needs it once in its life. */
function makeFifo(path: string): void {
  const options = { clearEnv: true, env: { PATH: "/usr/bin:/bin" }, stdin: "null", stdout: "null" } as const;
  const result = new Deno.Command("mkfifo", { ...options, args: ["-m", "600", path], stderr: "piped" }).outputSync();
  if (result.success) return;
  fs.writeFileSync(path, "", { flag: "wx" }); // Fails as mkfifo did, but with an errno.
  fs.unlinkSync(path);
  const said = new TextDecoder().decode(result.stderr).trim();
  throw Object.assign(new Error(said), { code: "EIO" });
}

function ensure(path: string): boolean {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFIFO() && stat.uid === Deno.uid() && (stat.mode & 0o077) === 0) return true;
  if (stat !== undefined) fs.unlinkSync(path);
  makeFifo(path);
  return false;
}

function read(fd: number, into: Uint8Array): number {
  try {
    return fs.readSync(fd, into, 0, into.length, null);
  } catch (error) {
    if ((error as { code?: string }).code === "EAGAIN") return 0;
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
  return {
    source: { read: (into) => read(zeros, into.subarray(0, 16)) },
    destination,
    [Symbol.dispose]() {
      fs.closeSync(zeros);
      fs.closeSync(destination);
    },
  };
}

/** The machine's FIFOs, and what is known of its file systems. */
export function createFifos(): Fifos {
  const trusts = new Map<number, Trust>();
  return {
    ensure,
    open: (path, fresh) => open(path, { fresh, trusts }),
    isHeld,
    openStage,
    nextTurn: (fn) => void setImmediate(fn),
  };
}
