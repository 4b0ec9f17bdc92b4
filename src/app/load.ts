import { AppdError, cannot, messageOf } from "../base/errors.ts";
import type { Config, LoadResult } from "../config/config.ts";
import type { Schema } from "../schema/section.ts";
import type { Context } from "./context.ts";
import { endlessWaits } from "./kit/endless_waits.ts";
import { hasServices } from "./kit/has_kit.ts";
import type { OwnParts } from "./kit/own_parts.ts";
import type { Service } from "./kit/service.ts";

/** A configuration as the app wants it, with what the app has under it. */
export interface Loaded extends LoadResult {
  readonly own: OwnParts;
}

/** Of an app that has nothing of its own, as appd itself. */
const NO_PARTS: OwnParts = { services: [], wanted: [], serviceSpecs: () => [], jobSpecs: () => [] };

/** How the configuration of an app is read. */
export interface AppReader {
  /** Every setting there is, with the way to the services that the app makes of a configuration: programs may wait for those. */
  readonly schema: Schema;
  /**
   * What the app makes of a configuration that was read by the schema: its own settings in appd's words, its services and
   * its jobs. What reading it has asked the app already is not asked again.
   *
   * @throws AppdError, as `adjust` throws it; (internal) for a bug in it, so that a reload is refused and the daemon lives
   * on; (config) of a service or a job of the app; ConfigError where a table of the file has a name of theirs
   */
  wanted(loaded: LoadResult): Promise<Loaded>;
}

/** What an app makes of a configuration. */
interface Made {
  readonly config: Config;
  readonly services: readonly Service<Config>[];
}

/**
 * Reads the configuration of the instance, all layers merged, as the app wants it: what its `adjust` gives takes the place
 * of what was read, whoever reads it, `config check` included.
 *
 * @throws ConfigError naming every problem; AppdError as {@link AppReader.wanted}
 */
export async function loadContextConfig(context: Context): Promise<Loaded> {
  const [{ loadWith }, reader] = await Promise.all([import("../config/load.ts"), appReader(context)]);
  const loaded = await loadWith(reader.schema, {
    home: context.paths.home,
    file: context.configFile,
    explicit: context.configFileExplicit,
    flags: context.flags,
    env: context.system.host.env,
    files: context.system.files,
  });
  return await reader.wanted(loaded as LoadResult);
}

/** The way to read a configuration of the instance, for whoever has its text. */
export async function appReader(context: Context): Promise<AppReader> {
  const { app } = context;
  const made = new WeakMap<object, Made>();
  const schema = await app.schema();
  const wanted = (loaded: LoadResult) => asWanted(context, loaded, made.get(loaded.config));
  if (app.servicesFrom === undefined) return { schema, wanted };
  const { servicesUnder } = await import("./kit/services_under.ts");
  const makes = (read: unknown) => {
    const config = adjust(context, read as Config);
    const services = servicesUnder(app, config);
    made.set(read as Config, { config, services });
    return services.map(({ name }) => name);
  };
  return { schema: { ...schema, makes }, wanted };
}

async function asWanted(context: Context, loaded: LoadResult, made: Made | undefined): Promise<Loaded> {
  const { app } = context;
  const wanted = { ...loaded, config: made?.config ?? adjust(context, loaded.config) };
  if (!hasServices(app) && app.jobs.length === 0) return { ...wanted, own: NO_PARTS };
  const { ownParts } = await import("./kit/own_parts.ts");
  try {
    const own = ownParts(context, { ...wanted, services: made?.services });
    return { ...wanted, warnings: [...wanted.warnings, ...endlessWaits(own.wanted, wanted.config)], own };
  } catch (error) {
    const { Misnamed } = await import("./kit/misnamed.ts");
    throw error instanceof Misnamed ? await error.inFile(loaded) : error;
  }
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
