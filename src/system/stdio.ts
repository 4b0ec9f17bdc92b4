import fs from "node:fs";

/** The standard error stream, for records and complaints: written at once, never a reason to fail. */
export interface Stderr {
  /** Writes all of `bytes` before it returns; false when they could not be written (closed, full or broken pipe). */
  write(bytes: Uint8Array): boolean;
}

const STDERR = 2;
/** How often a full non-blocking pipe is tried again, 1 ms apart, before its bytes are given up. */
const TRIES = 20;

function pauseOneMillisecond(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

function writeFully(bytes: Uint8Array): boolean {
  let tries = TRIES;
  for (let done = 0; done < bytes.length;) {
    try {
      done += fs.writeSync(STDERR, bytes.subarray(done));
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === "EINTR") continue;
      if (code !== "EAGAIN" || tries-- === 0) return false; // EPIPE, EBADF, ENOSPC: nobody is there to be told.
      pauseOneMillisecond();
    }
  }
  return true;
}

/** File descriptor 2 of this process. */
export const systemStderr: Stderr = { write: writeFully };
