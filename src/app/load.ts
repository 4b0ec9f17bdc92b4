import type { LoadResult } from "../config/config.ts";
import type { Context } from "./context.ts";

/** Reads the configuration of the instance, all layers merged. @throws ConfigError naming every problem, AppdError (config) of a service of the app */
export async function loadContextConfig(context: Context): Promise<LoadResult> {
  const { loadConfig } = await import("../config/load.ts");
  const loaded = await loadConfig({
    home: context.paths.home,
    file: context.configFile,
    explicit: context.configFileExplicit,
    flags: context.flags,
    env: context.system.host.env,
    files: context.system.files,
  });
  await checkServices(context, loaded);
  return loaded;
}

/** What the app's services cannot be under this configuration is wrong with it, whoever reads it. */
async function checkServices({ app, mode }: Context, { config }: LoadResult): Promise<void> {
  if (app.services.length === 0) return;
  const { wantedServices } = await import("./kit/wanted_services.ts");
  wantedServices(app, { config, mode });
}
