import { JOBS_MIGRATIONS } from "../../jobs/ledger_rows.ts";
import type { MigrationList } from "../../store/messages.ts";
import type { App } from "../kit/app.ts";

/** Whose tables come first, in the database of every app. */
const OWN = "appd";

/** Everything that the schema of an app's database is made of: appd's own tables, then those of the app. */
export function storeLists({ product, migrations }: Pick<App, "product" | "migrations">): MigrationList[] {
  const own = { owner: OWN, migrations: JOBS_MIGRATIONS };
  return migrations.length === 0 ? [own] : [own, { owner: product.name, migrations }];
}
