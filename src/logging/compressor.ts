import { errnoOf } from "../base/errors.ts";
import { type Clock, delay } from "../system/clock.ts";
import { type Files, writeAll } from "../system/files.ts";
import { fsyncInBackground, type GzipEncoder, gzipEncoder } from "../system/gzip.ts";
import { GZ, gzTempOf } from "./archives.ts";

const BLOCK = 32 * 1024;
/** Milliseconds of work and of rest in turn: while a log is being written, and while all is quiet. */
const PACE = { busy: { work: 1, rest: 4 }, quiet: { work: 8, rest: 0 } } as const;

/**
 * Turns archives into `.gz` files beside them, one at a time for the whole process, in slices of a few milliseconds
 * that yield to whoever writes. Killed at any point it leaves the original, the archive, or both, each complete.
 */
export interface Compressor extends AsyncDisposable {
  /**
   * Resolves when `path` is `path.gz`, or was removed meanwhile, or the compressor was disposed.
   * Rejects with the errno's error; the original is kept then.
   */
  compress(path: string): Promise<void>;
  /** `path` is queued or being worked on. */
  has(path: string): boolean;
  /** To be called with each write: compression then takes a fifth of the time instead of all of it. */
  writing(): void;
}

/** Ports of {@link createCompressor}. */
export interface CompressorOptions {
  readonly files: Files;
  readonly clock: Clock;
  /** Makes a file's content durable. Default: fsync(2) on a background thread. */
  readonly fsync?: (fd: number) => Promise<void>;
}

/** Makes the one compressor of a process. */
export function createCompressor(options: CompressorOptions): Compressor {
  const jobs = new Map<string, Promise<void>>();
  const stop = new AbortController();
  const pace = createPace(options.clock, stop.signal);
  const fsync = options.fsync ?? fsyncInBackground;
  let tail: Promise<unknown> = Promise.resolve();

  function enqueue(path: string): Promise<void> {
    const work = () => compressFile({ files: options.files, path, pace, fsync, signal: stop.signal });
    const job = tail.then(work).finally(() => jobs.delete(path));
    tail = job.catch(() => undefined); // Told to the caller of compress(); the queue goes on.
    jobs.set(path, job);
    return job;
  }

  return {
    compress: (path) => jobs.get(path) ?? enqueue(path),
    has: (path) => jobs.has(path),
    writing: pace.writing,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await tail;
    },
  };
}

interface Pace {
  writing(): void;
  /** Rests when the current slice is used up. */
  rest(): Promise<void>;
}

function createPace(clock: Clock, signal: AbortSignal): Pace {
  let busy = false;
  let sliceEnd = 0;
  return {
    writing: () => void (busy = true),
    async rest() {
      if (clock.monotonic() < sliceEnd) return;
      const { work, rest } = busy ? PACE.busy : PACE.quiet;
      busy = false;
      await delay(clock, rest, signal);
      sliceEnd = clock.monotonic() + work;
    },
  };
}

interface Job {
  readonly files: Files;
  readonly path: string;
  readonly pace: Pace;
  readonly fsync: (fd: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * The steps in their order: `.gz.tmp` written, made durable, renamed; only then is the original removed. The last two
 * follow each other at once, so that hardly anybody sees both. The directory is not synced between them: that can block
 * for long, and file systems with a journal keep the order of two changes in one directory.
 */
async function compressFile(job: Job): Promise<void> {
  const { files, path } = job;
  if (job.signal.aborted) return;
  const source = openIfThere(files, path);
  if (source === undefined) return;
  try {
    const complete = await writeTemp(job, source);
    if (!complete || files.stat(path) === undefined) return void files.unlink(gzTempOf(path));
    files.rename(gzTempOf(path), path + GZ);
    files.unlink(path);
  } finally {
    files.close(source);
  }
}

function openIfThere(files: Files, path: string): number | undefined {
  try {
    return files.open(path, { access: "read" });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined; // Retention was faster.
    throw error;
  }
}

/** Writes `.gz.tmp`; false when the compressor was disposed meanwhile. A failure leaves no temp file if it can. */
async function writeTemp(job: Job, source: number): Promise<boolean> {
  const { files, path } = job;
  files.unlink(gzTempOf(path));
  const temp = files.open(gzTempOf(path), { access: "write", exclusive: true, mode: files.fstat(source).mode });
  let closed = false;
  try {
    const complete = await pump(job, { source, temp });
    if (complete) await job.fsync(temp);
    closed = true;
    files.close(temp);
    return complete;
  } catch (error) {
    if (!closed) files.close(temp);
    files.unlink(gzTempOf(path));
    throw error;
  }
}

async function pump(job: Job, fds: { source: number; temp: number }): Promise<boolean> {
  const encoder = gzipEncoder();
  const block = new Uint8Array(BLOCK);
  for (;;) {
    await job.pace.rest();
    if (job.signal.aborted) return false;
    const count = job.files.read(fds.source, block, null);
    for (const bytes of await encode(encoder, block.subarray(0, count))) writeAll(job.files, fds.temp, bytes);
    if (count === 0) return true;
  }
}

function encode(encoder: GzipEncoder, bytes: Uint8Array): Promise<readonly Uint8Array[]> {
  return bytes.length === 0 ? encoder.finish() : encoder.push(bytes);
}
