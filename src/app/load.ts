import type { LoadResult } from "../config/config.ts";
import type { Context } from "./context.ts";

/**
 * Reads the configuration of the instance, all layers merged, as the app wants it: what its `adjust` gives takes the place
 * of what was read, whoever reads it, `config check` included. Also sees to it that the app's jobs fit.
 *
 * @throws ConfigError naming every problem; AppdError (config) naming a job of the app that does not fit, or as `adjust` throws it
 */
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
  const result = adjusted(context, loaded as LoadResult);
  await checkJobs(context, result);
  return result;
}

/** The configuration with what the app's settings mean in appd's words. @throws AppdError, as `adjust` throws it */
export function adjusted(context: Pick<Context, "app" | "startedIn">, loaded: LoadResult): LoadResult {
  const parts = context.app.adjust?.(loaded.config, { directory: context.startedIn });
  return parts === undefined ? loaded : { ...loaded, config: { ...loaded.config, ...parts } };
}

async function checkJobs({ app, paths: { home } }: Context, { config }: LoadResult): Promise<void> {
  if (app.jobs.length === 0) return;
  const { appJobSpecs } = await import("./kit/jobs.ts");
  appJobSpecs(app, config, { home, systemZone: "UTC" });
}
