import type { App } from "../kit/app.ts";
import type { Loaded } from "../load.ts";

/** Whether a daemon of the app opens its database with this configuration. */
export function needsDatabase({ jobs, migrations }: Pick<App, "jobs" | "migrations">, { config }: Loaded): boolean {
  return [config.jobs, config.repositories, jobs, migrations].some(({ length }) => length > 0);
}
