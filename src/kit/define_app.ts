import type { Hono } from "hono";
import type { App, Check, Mode } from "../app/kit/app.ts";
import type { Job } from "../app/kit/job.ts";
import type { Kit } from "../app/kit/kit.ts";
import type { Service } from "../app/kit/service.ts";
import type { APPD_SCHEMA, Config } from "../schema/appd_schema.ts";
import { createProduct, type ServiceNames } from "../base/product.ts";
import { type ConfigOf, extendSchema, type Schema, type Section } from "../schema/section.ts";
import type { Migration } from "../store/store.ts";
import type { AppCommand } from "./command.ts";

/** The configuration of an app with the sections `S`: its own and appd's. */
export type AppConfig<S extends readonly Section[]> = ConfigOf<Schema<[...typeof APPD_SCHEMA["sections"], ...S]>>;

/** An app as its developer writes it; only `name` and `version` are needed. */
export interface AppOptions<S extends readonly Section[], C = AppConfig<S>> {
  /** Small letters, digits and `-`, beginning with a letter: the program's name, `~/.NAME`, `NAME.service`. */
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  /** A phrase for the help, lower case, no final period. */
  readonly summary?: string;
  /** Sections of the configuration file, beside those of appd. */
  readonly config?: S;
  /** Short keys that stand for longer ones: `{ port: "server.port" }`. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Other defaults of settings of appd, by dotted key: `{ "server.port": 3000 }`. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly adjust?: (config: C, start: { readonly directory: string }) => Partial<Config>;
  readonly services?: readonly Service<C>[];
  readonly jobs?: readonly Job<C>[];
  readonly checks?: readonly Check<C>[];
  readonly migrations?: readonly Migration[];
  /** File name of the database. Default `NAME.db`. */
  readonly database?: string;
  /** What service managers call it. */
  readonly service?: ServiceNames;
  readonly routes?: (kit: Kit<C>) => Hono | Promise<Hono>;
  readonly open?: readonly string[];
  readonly commands?: readonly AppCommand<C>[];
  /** A word under which the verbs of the daemon stand as well: `daemon` for `NAME daemon start`. */
  readonly verbsUnder?: string;
  readonly modes?: readonly Mode[];
}

/** An app that can be run: what its daemon is made of, and its command line. */
export interface DefinedApp<C = Config> {
  readonly app: App<C>;
  readonly commands: readonly AppCommand<C>[];
  readonly verbsUnder?: string;
}

/**
 * Defines an app.
 *
 * @throws AppdError (config) when two services, jobs, checks, modes or commands have one name, or a name is unfit
 */
export function defineApp<const S extends readonly Section[] = []>(options: AppOptions<S>): DefinedApp<AppConfig<S>> {
  const { config = [], commands = [], verbsUnder, routes, adjust } = options;
  const product = createProduct(options);
  const schema = async (): Promise<Schema> => {
    const { APPD_SCHEMA } = await import("../schema/appd_schema.ts");
    const { renamedSchema } = await import("../schema/renamed_schema.ts");
    return extendSchema(renamedSchema(APPD_SCHEMA, product), { sections: config, prefix: product.prefix });
  };
  const app: App<AppConfig<S>> = {
    ...{ product, schema, services: options.services ?? [], jobs: options.jobs ?? [], checks: options.checks ?? [] },
    ...{ migrations: options.migrations ?? [], modes: options.modes ?? [], open: options.open ?? [] },
    ...(routes === undefined ? {} : { routes }),
    ...(adjust === undefined ? {} : { adjust }),
  };
  return { app, commands, ...(verbsUnder === undefined ? {} : { verbsUnder }) };
}
