import { AppdError } from "../base/errors.ts";
import type { Context } from "./context.ts";

/**
 * Where the database of the instance is, absolute, for a command that has not read the configuration: that is read only
 * for an app that may have its database elsewhere. In the home where it cannot be read, which the daemon tells.
 */
export async function databasePlace(context: Context): Promise<string> {
  const { app, paths } = context;
  if (app.databaseFile === undefined) return paths.database;
  const [{ loadContextConfig }, { databasePath }] = await Promise.all([
    import("./load.ts"),
    import("./jobs/database_path.ts"),
  ]);
  try {
    return databasePath(context, (await loadContextConfig(context)).config);
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    return paths.database;
  }
}
