/** What the fault tests of the log share: a directory, an engine on a file system with faults, and clocks that run. */
import fs from "node:fs";
import { join } from "node:path";
import { createCompressor } from "../../src/logging/compressor.ts";
import { openRotatingFile } from "../../src/logging/open_rotating_file.ts";
import type { RotatingFile } from "../../src/logging/rotating_file.ts";
import type { RotationPolicy } from "../../src/logging/rotation_policy.ts";
import { type Clock, systemClock } from "../../src/system/clock.ts";
import { FakeClock } from "../../src/system/fake_clock.ts";
import { type Files, systemFiles } from "../../src/system/files.ts";

export const KEEP_ALL: RotationPolicy = {
  rotateSize: 0,
  rotateEvery: 0,
  maxFiles: 100_000,
  maxAge: 0,
  maxTotal: 0,
  compress: false,
};

/** A clock whose timers fire at once, so that compression works without rests. */
const hurried: Clock = { ...systemClock, after: (_ms, fn) => systemClock.after(0, fn) };

/** A running engine; `close` ends it and its compressor. */
export interface Engine {
  readonly file: RotatingFile;
  readonly clock: FakeClock;
  readonly complaints: string[];
  /** Advances the clock, then rotates and waits for the compression. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

/** Starts an engine as a fresh process would. */
export function startEngine(options: { path: string; policy?: Partial<RotationPolicy>; files?: Files }): Engine {
  const { path, files = systemFiles } = options;
  const clock = new FakeClock(Date.now());
  const complaints: string[] = [];
  const fsync = (fd: number) => Promise.resolve().then(() => files.fsync(fd));
  const compressor = createCompressor({ files, clock: hurried, fsync });
  const file = openRotatingFile({
    path,
    policy: { ...KEEP_ALL, ...options.policy },
    files,
    clock,
    compressor,
    complain: (text) => void complaints.push(text),
  });
  return {
    file,
    clock,
    complaints,
    rotate() {
      clock.advance(1000);
      return file.rotate();
    },
    async close() {
      await file.close();
      await compressor[Symbol.asyncDispose]();
    },
  };
}

/** Runs `fn` in a directory of its own, which is removed afterwards. */
export async function inDirectory(fn: (path: string) => Promise<void>): Promise<void> {
  const directory = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "appd-faults-"));
  try {
    await fn(join(directory, "log", "out.log"));
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** The four counts of a report that must be {@link NONE}. */
export function failures(report: { lost: number; doubled: number; torn: number; reordered: number }) {
  const { lost, doubled, torn, reordered } = report;
  return { lost, doubled, torn, reordered };
}

export const NONE = { lost: 0, doubled: 0, torn: 0, reordered: 0 } as const;
