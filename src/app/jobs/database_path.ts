import { resolve } from "node:path";
import type { Config } from "../../schema/appd_schema.ts";
import type { Context } from "../context.ts";

/**
 * Where the database of an app is under a configuration, absolute: what the app makes of it, relative to the home, else its
 * file in the home.
 *
 * @param config undefined where it cannot be read
 */
export function databasePath({ app, paths }: Context, config: Config | undefined): string {
  const wished = config && app.databaseFile?.(config);
  return wished === undefined ? paths.database : resolve(paths.home, wished);
}
