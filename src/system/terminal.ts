/** The two streams that a command talks on. */
export type Stream = "stdout" | "stderr";

/** Standard output and error, and what is known about who reads them. */
export interface Terminal {
  /** Writes all bytes before it returns. Throws what the runtime throws: `code` is EPIPE when the reader has gone. */
  write(stream: Stream, bytes: Uint8Array): void;
  isTerminal(stream: Stream): boolean;
  /** Width of the terminal in characters, or undefined when there is none. */
  columns(): number | undefined;
  /** Height of the terminal in lines, or undefined when there is none. */
  rows(): number | undefined;
}

const RETRY_MS = 5;

/** One write(2). A reader that set O_NONBLOCK on our end and is slow makes us wait, not fail. */
function writeSome(stream: Stream, bytes: Uint8Array): number {
  try {
    return Deno[stream].writeSync(bytes);
  } catch (error) {
    if (!(error instanceof Deno.errors.WouldBlock)) throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    return 0;
  }
}

/** The streams of this process. */
export const systemTerminal: Terminal = {
  write(stream, bytes) {
    for (let done = 0; done < bytes.length;) done += writeSome(stream, bytes.subarray(done));
  },
  isTerminal: (stream) => Deno[stream].isTerminal(),
  columns: () => size()?.columns || undefined, // 0: nobody has told the terminal its size, tty_ioctl(4).
  rows: () => size()?.rows || undefined,
};

/** Asked each time, because a window changes. */
function size(): { columns: number; rows: number } | undefined {
  if (!Deno.stdout.isTerminal()) return undefined;
  try {
    return Deno.consoleSize();
  } catch (error) {
    if (error instanceof Error) return undefined; // A terminal without a size, such as a serial line.
    throw error;
  }
}
