import { createHash } from "node:crypto";
import { constants } from "node:fs";
import fs, { type FileHandle } from "node:fs/promises";

const CHUNK_BYTES = 1024 * 1024;

export interface Reading {
  /** Aborted: it throws the signal's reason. */
  readonly signal: AbortSignal;
  /** Hears how many bytes are done, after each mebibyte. */
  progress(bytes: number): void;
}

/** SHA-256 of a file, in hexadecimal digits. What it holds is on the disk when this returns. Throws what node throws. */
export async function checksumOf(path: string, reading: Reading): Promise<string> {
  await using file = await fs.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const sum = await pass(file, reading);
  await file.sync();
  return sum;
}

/** Copies a file; the copy is on the disk when this returns. @returns its SHA-256. Throws what node throws. */
export async function copyWithChecksum(from: string, to: string, reading: Reading): Promise<string> {
  await using source = await fs.open(from, constants.O_RDONLY | constants.O_NOFOLLOW);
  await using copy = await fs.open(to, "wx", 0o644);
  const sum = await pass(source, { ...reading, each: (bytes) => writeAll(copy, bytes) });
  await copy.sync();
  return sum;
}

async function pass(file: FileHandle, options: Reading & { each?(bytes: Uint8Array): Promise<void> }): Promise<string> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let done = 0;;) {
    options.signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return hash.digest("hex");
    const bytes = buffer.subarray(0, bytesRead);
    hash.update(bytes);
    await options.each?.(bytes);
    options.progress(done += bytesRead);
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at, null)).bytesWritten;
}
