import { openStore } from "../../store/open_store.ts";
import type { Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import type { Logs } from "../logs.ts";
import { storeLists } from "./store_lists.ts";

/**
 * Opens the database of an app. A file of its own, because it is loaded before everything else that jobs need: that is
 * loaded while the database opens.
 *
 * @throws AppdError (unavailable, config) when it cannot be used
 */
export function openDatabase({ app, paths, system }: Context, { logging }: Pick<Logs, "logging">): Promise<Store> {
  const log = logging.logger("store");
  return openStore({ path: paths.database, migrations: storeLists(app), clock: system.clock, log });
}
