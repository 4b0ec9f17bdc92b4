import { cannot } from "../../base/errors.ts";
import { JOBS_MIGRATIONS } from "../../jobs/ledger_rows.ts";
import type { MigrationList } from "../../store/messages.ts";
import type { App } from "../kit/app.ts";

/** Whose tables come first, in the database of every app. */
const OWN = "appd";

/**
 * Everything that the schema of an app's database is made of: appd's own tables, then those of the app.
 *
 * @throws AppdError (config) when the app's versions are not 1, 2, 3 …
 */
export function storeLists({ product: { name }, migrations }: Pick<App, "product" | "migrations">): MigrationList[] {
  const own = { owner: OWN, migrations: JOBS_MIGRATIONS };
  if (migrations.length === 0) return [own];
  const wrong = migrations.findIndex(({ version }, index) => version !== index + 1);
  if (wrong === -1) return [own, { owner: name, migrations }];
  throw cannot(["use the migrations of", name], `number ${wrong + 1} has version ${migrations[wrong]?.version}`, {
    exit: "config",
    hint: "number them 1, 2, 3 and so on",
  });
}
