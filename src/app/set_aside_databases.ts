import { basename, dirname, join } from "node:path";
import { errnoOf } from "../base/errors.ts";
import type { Context } from "./context.ts";

/** What SQLite keeps beside a database goes aside with it (`store/set_aside.ts`), and is no database. */
const COMPANION = /-(wal|shm|journal)$/;

/**
 * Damaged databases of this instance that a daemon has set aside, oldest first, with their absolute paths; none where the
 * directory cannot be read.
 *
 * @param database where it is
 */
export function setAsideDatabases({ system: { files } }: Pick<Context, "system">, database: string): string[] {
  const prefix = `${basename(database)}.corrupt-`;
  const directory = dirname(database);
  try {
    const names = files.list(directory).filter((name) => name.startsWith(prefix) && !COMPANION.test(name));
    return names.sort().map((name) => join(directory, name));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return []; // There is none yet, or it is somebody else's.
  }
}
