import { JOBS_MIGRATIONS } from "../../jobs/ledger_rows.ts";
import type { MigrationList, MigrationState } from "../../store/messages.ts";
import type { App } from "../kit/app.ts";

/** Whose tables come first, in the database of every app. */
const OWN = "appd";

/** Everything that the schema of an app's database is made of: appd's own tables, then those of the app. */
export function storeLists({ product, migrations }: Pick<App, "product" | "migrations">): MigrationList[] {
  const own = { owner: OWN, migrations: JOBS_MIGRATIONS };
  return migrations.length === 0 ? [own] : [own, { owner: product.name, migrations }];
}

/** How many migrations there are, as the app numbers them: its own, where it has any. */
export function ownCount({ migrations }: Pick<App, "migrations">, state: MigrationState): MigrationState {
  const others = migrations.length === 0 ? 0 : JOBS_MIGRATIONS.length;
  const own = (count: number) => Math.max(0, count - others);
  return { ...state, current: own(state.current), latest: own(state.latest) };
}
