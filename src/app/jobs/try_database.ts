import { foreseeRefusal } from "../../store/foresee_refusal.ts";
import type { Refusal } from "../../store/messages.ts";
import { refusalError } from "../../store/refused.ts";
import type { Config } from "../../schema/appd_schema.ts";
import { openReadOnly, openSqlite } from "../../system/sqlite.ts";
import type { Context } from "../context.ts";
import { databasePath } from "./database_path.ts";
import { storeLists } from "./store_lists.ts";

/** Why this binary would not take the database at `path`, which a daemon may have open; as {@link foreseeRefusal}. */
export function databaseRefusal({ app, paths, system: { clock, files } }: Context, path: string): Refusal | undefined {
  return foreseeRefusal({
    ...{ files, path, isChosen: path !== paths.database, lists: storeLists(app), now: clock.now() },
    ...{ read: openReadOnly, open: openSqlite },
  });
}

/** @throws AppdError as a start of this binary would, (config, unavailable), as far as it can be known while a daemon runs */
export function tryDatabase(context: Context, config: Config): void {
  const refusal = databaseRefusal(context, databasePath(context, config));
  if (refusal !== undefined) throw refusalError(refusal);
}
