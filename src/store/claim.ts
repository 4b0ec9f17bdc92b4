import { errnoOf } from "../base/errors.ts";
import { type Files, writeAll } from "../system/files.ts";
import type { Known } from "./database.ts";
import { refused } from "./refused.ts";
import { COMPANIONS, freeName } from "./set_aside.ts";

/**
 * The file beside a database at a place that somebody chose. Its daemon holds a lock on it, and notes in it which file it
 * has opened as its own: a file whose first page is gone says nothing of itself.
 */
export function claimPath(path: string): string {
  return `${path}.lock`;
}

/** Longest note that is read, in bytes. */
const LONGEST = 200;

/**
 * Notes that the file at `path` is ours, in place: the lock is on this very file. Where that cannot be written, it is noted
 * when the database is opened the next time.
 */
export function claim(files: Files, path: string): void {
  const note = noteOf(files, path);
  try {
    if (note === undefined || noted(files, path) === note) return;
    const fd = files.open(claimPath(path), { access: "readwrite", create: true, mode: 0o600 });
    try {
      files.truncate(fd, 0);
      writeAll(files, fd, new TextEncoder().encode(note));
      files.fsync(fd);
    } finally {
      files.close(fd);
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** Whether the file at `path` is the one that was claimed, whatever is in it now. */
function isClaimed(files: Files, path: string): boolean {
  const note = noteOf(files, path);
  try {
    return note !== undefined && noted(files, path) === note;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** Its inode, and its birth: the number of one that was removed is soon that of another. */
function noteOf(files: Files, path: string): string | undefined {
  const stat = files.stat(path);
  return stat && `inode ${stat.ino} born ${stat.birthMs}\n`;
}

function noted(files: Files, path: string): string | undefined {
  const stat = files.stat(claimPath(path));
  return stat?.kind === "file" && stat.size <= LONGEST ? files.readText(claimPath(path)) : undefined;
}

/** A damaged file. */
export interface Damage extends Known {
  readonly path: string;
  /** Somebody chose the place, and may have named a file of something else. */
  readonly isChosen: boolean;
  readonly reason: string;
}

/**
 * Refuses to set aside what may be anything that somebody keeps there.
 *
 * @throws RefusedError (config)
 */
export function refuseStrange(files: Files, { path, isChosen, isOurs, reason }: Damage): void {
  if (!isChosen || isOurs || isClaimed(files, path)) return;
  throw refused(
    "config",
    `cannot use "${path}": it is damaged, or no database, and not known to be this program's: ${
      reason.replace(/\s+/g, " ")
    }`,
    `nothing in it was changed: keep it elsewhere, and this program begins with an empty one: ${moving(files, path)}`,
  );
}

/** Commands that move it with what SQLite keeps beside it: a log that stayed would be taken for that of the next one. */
function moving(files: Files, path: string): string {
  const other = freeName(files, `${path}.other`);
  const names = ["", ...COMPANIONS].filter((suffix) => files.stat(path + suffix) !== undefined);
  return names.map((suffix) => `mv "${path}${suffix}" "${other}${suffix}"`).join(" && ");
}
