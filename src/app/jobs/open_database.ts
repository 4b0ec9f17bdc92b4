import { dirname } from "node:path";
import { systemError } from "../../base/errors.ts";
import { openStore } from "../../store/open_store.ts";
import type { Store } from "../../store/store.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { Context } from "../context.ts";
import type { Logs } from "../logs.ts";
import { databasePath } from "./database_path.ts";
import { lockDatabase } from "./lock_database.ts";
import { storeLists } from "./store_lists.ts";

/** An open database, which no other daemon opens meanwhile. */
export interface OwnDatabase {
  readonly store: Store;
  /** Undefined where the lock of the home is enough. */
  readonly lock: Disposable | undefined;
}

/**
 * Opens the database of an app. A file of its own, because it is loaded before everything else that jobs need: that is
 * loaded while the database opens.
 *
 * @throws AppdError (unavailable, config) when it cannot be used; (locked) when another daemon has it; (cannotCreate,
 * noPermission, io) when it has no directory
 */
export async function openDatabase(
  context: Context,
  { logging, config }: Pick<Logs, "logging"> & { readonly config: Config },
): Promise<OwnDatabase> {
  const { app, paths, system } = context;
  const path = databasePath(context, config);
  makeDirectoryOf(context, path);
  const lock = lockDatabase(context, path);
  try {
    const log = logging.logger("store");
    const isChosen = path !== paths.database;
    const store = await openStore({ path, isChosen, migrations: storeLists(app), clock: system.clock, log });
    return { lock, store };
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw error;
  }
}

function makeDirectoryOf({ system: { files } }: Context, path: string): void {
  try {
    files.makeDirectory(dirname(path), 0o700);
  } catch (error) {
    throw systemError(["create directory", dirname(path)], error, "choose another place for the database");
  }
}
