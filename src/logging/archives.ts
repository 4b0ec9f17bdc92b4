import { basename, dirname, join } from "node:path";
import type { Files } from "../system/files.ts";

/** A rotated file, `<log>.<UTC yyyymmddThhmmss.mmmZ>[-N]`, with `.gz` once it is compressed. */
export interface Archive {
  /** Path without `.gz`. */
  readonly path: string;
  /** Wall time in milliseconds at which it was rotated. */
  readonly stamp: number;
  /** Tells archives of one millisecond apart, 0 when the name has no `-N`. */
  readonly serial: number;
  /** Bytes on disk of the form that counts; 0 when they were not asked for. */
  readonly size: number;
  readonly compressed: boolean;
}

const NAME = /^\.(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\.(\d{3})Z(?:-([1-9]\d*))?(\.gz)?$/;

/** Suffix of a compressed archive. */
export const GZ = ".gz";
/** Suffix of a compressed archive in the making. */
const GZ_TEMP = ".gz.tmp";

/** The file that is opened before the current one is closed. Hidden, as all that is unfinished: `zcat LOG*` is common. */
export function nextPathOf(path: string): string {
  return hidden(path, ".next.tmp");
}

/** Where the compressed form of the archive at `path` is made. */
export function gzTempOf(path: string): string {
  return hidden(path, GZ_TEMP);
}

/** The archive that a file in the making belongs to; undefined when it is none. */
export function archiveOfTemp(temp: string): string | undefined {
  const name = basename(temp);
  return name.startsWith(".") && name.endsWith(GZ_TEMP)
    ? join(dirname(temp), name.slice(1, -GZ_TEMP.length))
    : undefined;
}

function hidden(path: string, suffix: string): string {
  return join(dirname(path), `.${basename(path)}${suffix}`);
}

/** Name for an archive of `path`; never one that sorts before `last`, also when the wall clock was set back. */
export function archiveAfter(path: string, now: number, last: Archive | undefined): Archive {
  const late = last === undefined || now > last.stamp;
  const stamp = late ? now : last.stamp;
  const serial = late ? 0 : last.serial + 1;
  return { path: pathOf(path, stamp, serial), stamp, serial, size: 0, compressed: false };
}

function pathOf(path: string, stamp: number, serial: number): string {
  const time = new Date(stamp).toISOString().replaceAll(/[-:]/g, "");
  return `${path}.${time}${serial === 0 ? "" : `-${serial}`}`;
}

/** What the file `name` in the directory of the log `path` is an archive of, or undefined when it is none. */
export function parseArchiveName(path: string, name: string): Archive | undefined {
  const base = basename(path);
  if (!name.startsWith(base)) return undefined;
  const match = NAME.exec(name.slice(base.length));
  if (!match) return undefined;
  const [year, month, day, hour, minute, second, milli] = match.slice(1, 8).map(Number);
  const stamp = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, milli);
  const compressed = match[9] !== undefined;
  const plain = compressed ? name.slice(0, -GZ.length) : name;
  return { path: join(dirname(path), plain), stamp, serial: Number(match[8] ?? 0), size: 0, compressed };
}

/** Order of age, oldest first. */
export function byAge(a: Archive, b: Archive): number {
  return a.stamp - b.stamp || a.serial - b.serial;
}

/**
 * The archives of `path`, oldest first. An original whose compressed form is already there counts once, as the
 * original: it is complete for certain. Empty when the directory does not exist.
 */
export function listArchives(files: Pick<Files, "list">, path: string): Archive[] {
  const found = new Map<string, Archive>();
  for (const name of namesBeside(files, path)) {
    const archive = parseArchiveName(path, name);
    if (archive && (!archive.compressed || !found.has(archive.path))) found.set(archive.path, archive);
  }
  return [...found.values()].sort(byAge);
}

/** The archives of `path` with their sizes. */
export function measureArchives(files: Pick<Files, "list" | "stat">, path: string): Archive[] {
  return listArchives(files, path).map((archive) => ({ ...archive, size: sizeOnDisk(files, archive) }));
}

/** Bytes that an archive takes, in the one form or the other; an original and its finished `.gz` count both. */
export function sizeOnDisk(files: Pick<Files, "stat">, archive: Pick<Archive, "path">): number {
  return (files.stat(archive.path)?.size ?? 0) + (files.stat(archive.path + GZ)?.size ?? 0);
}

/** Where the archive's bytes are. */
export function storedPath(archive: Archive): string {
  return archive.compressed ? archive.path + GZ : archive.path;
}

/** Names of unfinished work that a crash left beside the log `path`. */
export function leftovers(files: Pick<Files, "list">, path: string): string[] {
  const directory = dirname(path);
  return namesBeside(files, path)
    .filter((name) => isLeftover(path, name))
    .map((name) => join(directory, name));
}

function isLeftover(path: string, name: string): boolean {
  if (name === basename(nextPathOf(path))) return true;
  const archive = archiveOfTemp(name);
  return archive !== undefined && parseArchiveName(path, archive) !== undefined;
}

function namesBeside(files: Pick<Files, "list">, path: string): string[] {
  try {
    return files.list(dirname(path));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return [];
    throw error;
  }
}
