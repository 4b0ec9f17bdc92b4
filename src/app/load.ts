import type { LoadResult } from "../config/config.ts";
import type { Context } from "./context.ts";

/** Reads the configuration of the instance, all layers merged. @throws ConfigError naming every problem */
export async function loadContextConfig(context: Context): Promise<LoadResult> {
  const { loadWith } = await import("../config/load.ts");
  const schema = await context.app.schema();
  const loaded = await loadWith(schema, {
    home: context.paths.home,
    file: context.configFile,
    explicit: context.configFileExplicit,
    flags: context.flags,
    env: context.system.host.env,
    files: context.system.files,
  });
  return loaded as LoadResult;
}
