import type { LoadResult } from "../config/config.ts";
import type { Context } from "./context.ts";

/**
 * Reads the configuration of the instance, all layers merged, and what the app's jobs make of it.
 *
 * @throws ConfigError naming every problem; AppdError (config) naming a job of the app that it does not fit
 */
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
  await checkJobs(context, loaded);
  return loaded;
}

async function checkJobs({ app, paths: { home } }: Context, { config }: LoadResult): Promise<void> {
  if (app.jobs.length === 0) return;
  const { appJobSpecs } = await import("./kit/jobs.ts");
  appJobSpecs(app, config, { home, systemZone: "UTC" });
}
