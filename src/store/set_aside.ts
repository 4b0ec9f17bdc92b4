import { basename, dirname, join } from "node:path";
import { errnoOf } from "../base/errors.ts";
import type { Files } from "../system/files.ts";

/** What SQLite keeps beside a database (https://sqlite.org/tempfiles.html). */
export const COMPANIONS = ["-wal", "-shm", "-journal"] as const;

/** What stands between the name of a database and the time at which it was set aside. */
const MARK = ".corrupt-";

/**
 * Renames a damaged database and what belongs to it to `PATH.corrupt-TIME`, a name that nothing has. The database comes
 * last: after a crash in between it is still in its place, is found damaged again and follows under a name of its own.
 *
 * @param now wall time, milliseconds
 * @returns the new path. Throws what node throws.
 */
export function setAside(files: Files, path: string, now: number): string {
  const target = freeName(files, `${path}${MARK}${new Date(now).toISOString().replace(/[-:]|\.\d+/g, "")}`);
  for (const suffix of [...COMPANIONS, ""]) renameIfThere(files, path + suffix, target + suffix);
  files.fsyncDirectory(dirname(path));
  return target;
}

/**
 * `wanted`, with a number where a database of that name, or something of one, is there. No other process makes such files:
 * the daemon holds the instance's lock.
 */
export function freeName(files: Files, wanted: string): string {
  const taken = (name: string) => ["", ...COMPANIONS].some((suffix) => files.stat(name + suffix) !== undefined);
  let name = wanted;
  for (let count = 2; taken(name); count++) name = `${wanted}-${count}`;
  return name;
}

function renameIfThere(files: Files, from: string, to: string): void {
  try {
    files.rename(from, to);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

/**
 * What {@link setAside} has made of the database at `path`, oldest first, absolute where that is; none where its directory
 * cannot be read.
 */
export function databasesSetAside(files: Pick<Files, "list">, path: string): string[] {
  const isOne = (name: string) =>
    name.startsWith(basename(path) + MARK) && !COMPANIONS.some((suffix) => name.endsWith(suffix));
  try {
    return files.list(dirname(path)).filter(isOne).sort().map((name) => join(dirname(path), name));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return []; // There is none yet, or it is somebody else's.
  }
}
