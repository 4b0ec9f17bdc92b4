import fs from "node:fs";

/** Tells at a tenth of the price of a read whether anything was written into a FIFO that had been empty. */
export interface FifoMark {
  /** False when nothing can have been written since the last read; true when a read is worth its price. */
  mayHold(): boolean;
  /** To be called first with what was read meanwhile: `bytes`, and whether that emptied the FIFO. */
  wasRead(bytes: number, empty: boolean): void;
}

/** Whether a file system keeps the times of a FIFO; undefined as long as nobody has seen it. */
export interface Trust {
  works: boolean | undefined;
}

/** Looks after which a read is made in any case: where the times of a FIFO cannot be trusted, no line waits for ever. */
const TRUSTED_FOR = 20;

/**
 * A write into a FIFO sets its mtime, pipe(7) and inode(7). So the mtime is set to 0, and as long as it stays there nobody
 * has written. File systems that do not keep it (overlayfs) are found out and read from as ever.
 *
 * @param fd the FIFO at `path`, open for writing, and ours
 * @param trust what is known of its file system; what is found out is noted there
 */
export function markFifo(path: string, fd: number, trust: Trust): FifoMark {
  let stage: "off" | "set" | "armed" = "off";
  let found = false;
  let looks = 0;

  /** Output came after the mark was set: the one occasion to see whether the mark tells of it. */
  function judge(): void {
    if (stage === "armed") trust.works = hasChanged(path);
    stage = "off";
    found = false;
  }

  return {
    mayHold() {
      if (found) judge();
      if (trust.works === false) return true;
      if (stage !== "armed") {
        if (!reset(fd)) trust.works = false;
        stage = "set";
        return true;
      }
      if (++looks % TRUSTED_FOR === 0 || trust.works === undefined) return true;
      if (!hasChanged(path)) return false;
      stage = "off";
      return true;
    },
    wasRead(bytes, empty) {
      if (stage === "armed") found ||= bytes > 0;
      else if (stage === "set" && empty) stage = "armed";
    },
  };
}

/** True also when it was moved away: the read will tell. */
function hasChanged(path: string): boolean {
  try {
    return Deno.statSync(path).mtime?.getTime() !== 0; // A third of the price of node's.
  } catch (error) {
    if (error instanceof Error) return true;
    throw error;
  }
}

/** Sets the times of a FIFO to 0; false when that is not allowed. */
function reset(fd: number): boolean {
  try {
    fs.futimesSync(fd, 0, 0);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== undefined) return false;
    throw error;
  }
}

/** Whether a write shows in the mtime, tried with a byte of our own on a FIFO that nobody else has open. */
export function keepsTimes(path: string, { keeper, reader }: { keeper: number; reader: number }): boolean {
  if (!reset(keeper)) return false;
  const byte = new Uint8Array(1);
  fs.writeSync(keeper, byte);
  try {
    return hasChanged(path);
  } finally {
    fs.readSync(reader, byte, 0, 1, null);
  }
}

/** Somebody reads from the FIFO, or holds it for reading and writing: else open(2) says ENXIO. Mere writers do not count. */
export function isHeld(path: string): boolean {
  const { O_WRONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
  try {
    fs.closeSync(fs.openSync(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW));
    return true;
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "ENXIO" || code === "ENOENT") return false;
    throw error;
  }
}
