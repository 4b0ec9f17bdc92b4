import { AppdError, cannot, messageOf } from "../base/errors.ts";
import type { Config, LoadResult } from "../config/config.ts";
import type { Schema } from "../schema/section.ts";
import type { Context } from "./context.ts";
import { hasServices } from "./kit/has_kit.ts";
import type { OwnParts } from "./kit/own_parts.ts";

/** A configuration as the app wants it, with what the app has under it. */
export interface Loaded extends LoadResult {
  readonly own: OwnParts;
}

/** Of an app that has nothing of its own, as appd itself. */
const NO_PARTS: OwnParts = { services: [], wanted: [], serviceSpecs: () => [], jobSpecs: () => [] };

/**
 * Reads the configuration of the instance, all layers merged, as the app wants it: what its `adjust` gives takes the place
 * of what was read, whoever reads it, `config check` included.
 *
 * @throws ConfigError naming every problem; AppdError as {@link asWanted}
 */
export async function loadContextConfig(context: Context): Promise<Loaded> {
  const { loadWith } = await import("../config/load.ts");
  const schema = await schemaFor(context);
  const loaded = await loadWith(schema, {
    home: context.paths.home,
    file: context.configFile,
    explicit: context.configFileExplicit,
    flags: context.flags,
    env: context.system.host.env,
    files: context.system.files,
  });
  return await asWanted(context, loaded as LoadResult);
}

/**
 * What the app makes of a configuration that was read: its own settings in appd's words, its services and its jobs.
 *
 * @throws AppdError, as `adjust` throws it; AppdError (config) of a service or a job of the app; ConfigError where a table
 * of the file has a name of theirs
 */
export async function asWanted(context: Context, loaded: LoadResult): Promise<Loaded> {
  const { app } = context;
  const wanted = adjusted(context, loaded);
  if (!hasServices(app) && app.jobs.length === 0) return { ...wanted, own: NO_PARTS };
  const { ownParts } = await import("./kit/own_parts.ts");
  try {
    return { ...wanted, own: ownParts(context, wanted) };
  } catch (error) {
    const { Misnamed } = await import("./kit/misnamed.ts");
    throw error instanceof Misnamed ? await error.inFile(loaded) : error;
  }
}

/** Every setting there is, with the way to the services that the app makes of a configuration: programs may wait for those. */
export async function schemaFor(context: Pick<Context, "app" | "startedIn">): Promise<Schema> {
  const { app } = context;
  const schema = await app.schema();
  if (app.servicesFrom === undefined) return schema;
  const { servicesUnder } = await import("./kit/services_under.ts");
  const makes = (config: unknown) => servicesUnder(app, adjust(context, config as Config)).map(({ name }) => name);
  return { ...schema, makes };
}

/**
 * The configuration with what the app's settings mean in appd's words.
 *
 * @throws AppdError, as `adjust` throws it; (internal) for a bug in it, so that a reload is refused and the daemon lives on
 */
function adjusted(context: Pick<Context, "app" | "startedIn">, loaded: LoadResult): LoadResult {
  return { ...loaded, config: adjust(context, loaded.config) };
}

function adjust({ app, startedIn }: Pick<Context, "app" | "startedIn">, config: Config): Config {
  try {
    return { ...config, ...app.adjust?.(config, { directory: startedIn }) };
  } catch (error) {
    if (error instanceof AppdError) throw error;
    throw cannot(["adjust the configuration of", app.product.name], `${messageOf(error)} (this is a bug)`, {
      exit: "internal",
      hint: "see the stack: run it again with --verbose",
      cause: error,
    });
  }
}
