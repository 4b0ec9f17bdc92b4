import { cannot, errnoOf, systemError } from "../base/errors.ts";
import type { Files } from "../system/files.ts";
import { gunzip } from "../system/gzip.ts";
import { type Archive, GZ, listArchives } from "./archives.ts";
import { blocks } from "./line_reader.ts";

/** The part of the file system that reading logs takes. */
export type ReadFiles = Pick<Files, "open" | "close" | "read" | "fstat" | "stat" | "list">;

/** The current file, opened. */
export interface CurrentFile {
  readonly fd: number;
  readonly ino: number;
  readonly dev: number;
  /** Bytes at the moment of the snapshot. */
  readonly size: number;
}

/** All files of a log at one moment: what is in the current file is in none of the archives. */
export interface LogSnapshot {
  /** Undefined when there is none. To be closed by whoever took the snapshot. */
  readonly current: CurrentFile | undefined;
  /** Oldest first. */
  readonly archives: readonly Archive[];
}

/** Takes stock of the log at `path`; when a rotation comes between, again. */
export function takeSnapshot(files: ReadFiles, path: string): LogSnapshot {
  for (;;) {
    const current = openCurrent(files, path);
    const archives = listArchives(files, path);
    if (files.stat(path)?.ino === current?.ino) return { current, archives };
    if (current !== undefined) files.close(current.fd);
  }
}

/** @throws AppdError when the log cannot be read */
export function snapshotOrThrow(files: ReadFiles, path: string): LogSnapshot {
  try {
    return takeSnapshot(files, path);
  } catch (error) {
    throw systemError(["read", path], error, `look at it: ls -ld "${path}"`);
  }
}

function openCurrent(files: ReadFiles, path: string): CurrentFile | undefined {
  const fd = openIfThere(files, path);
  if (fd === undefined) return undefined;
  const { kind, ino, dev, size } = files.fstat(fd);
  if (kind === "directory") {
    files.close(fd);
    throw cannot(["read log", path], "it is a directory", {
      exit: "cannotCreate",
      hint: `look at it: ls -ld "${path}"`,
    });
  }
  return { fd, ino, dev, size };
}

/** The content of an archive in either form; nothing when it was removed meanwhile. */
export async function* archiveBlocks(files: ReadFiles, archive: Archive): AsyncGenerator<Uint8Array> {
  const plain = openIfThere(files, archive.path);
  const fd = plain ?? openIfThere(files, archive.path + GZ);
  if (fd === undefined) return;
  try {
    const span = { fd, from: 0, to: Infinity };
    if (plain === undefined) yield* gunzip(copies(blocks(files, span)));
    else yield* blocks(files, span);
  } finally {
    files.close(fd);
  }
}

/** Opens an archive that is not compressed; undefined when it is, or is gone. */
export function openIfThere(files: ReadFiles, path: string): number | undefined {
  try {
    return files.open(path, { access: "read", nonblock: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function* copies(source: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const block of source) yield block.slice();
}
