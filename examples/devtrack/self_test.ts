import type { JobContext } from "../../src/mod.ts";
import type { Config } from "./settings.ts";
import { tryTable } from "./triggers.ts";

/** Name of the job that a self-test triggers: nobody is asked, and nothing is handed on. */
export const SELF_TEST = "self-test";

/** One trigger from the scheduler to the database and back. @throws StoreError, and what {@link tryTable} throws */
export async function tryOut({ clock, log, run, store }: JobContext<Config>): Promise<void> {
  await tryTable(store, { run: run.id, at: clock.now() });
  log.info("a trigger went through, and is gone again");
}
