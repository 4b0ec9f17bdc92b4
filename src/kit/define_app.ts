import type { Hono } from "hono";
import { type App, BODY_LIMIT, type Check, type Mode } from "../app/kit/app.ts";
import type { Job } from "../app/kit/job.ts";
import type { Kit } from "../app/kit/kit.ts";
import type { Service } from "../app/kit/service.ts";
import type { AppdError } from "../base/errors.ts";
import type { APPD_SCHEMA, Config } from "../schema/appd_schema.ts";
import { createProduct, type ServiceNames } from "../base/product.ts";
import type { OpenPath } from "../http/app_routes.ts";
import { parseSize } from "../base/size.ts";
import type { AppSettings } from "../schema/app_schema.ts";
import type { ConfigOf, Schema, Section } from "../schema/section.ts";
import type { Migration } from "../store/store.ts";
import { flawOf } from "./check_app.ts";
import type { AppCommand } from "./command.ts";

/** The configuration of an app with the sections `S`: its own and appd's. */
export type AppConfig<S extends readonly Section[] = []> = ConfigOf<Schema<[...typeof APPD_SCHEMA["sections"], ...S]>>;

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
  /**
   * Short keys that stand for longer ones, of appd or of the app: `{ port: "server.port" }`. Both spellings can be read;
   * what is written and shown is the short one. A dotted one stands in a table: `{ "settings.timezone": "timezone" }`.
   */
  readonly keys?: Readonly<Record<string, string>>;
  /** Other defaults of settings of appd, as they would stand in the file, by dotted key: `{ "server.port": 3000 }`. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /**
   * What the app's own settings mean in appd's words: parts of the configuration that take the place of what was read.
   * Applied whenever the configuration is read, by `config check` too; `config get`, `list` and `explain` show what was
   * read. Throws an AppdError for what cannot be.
   */
  readonly adjust?: (config: C, start: { readonly directory: string }) => Partial<Config>;
  /** Always the same ones, or those that the configuration says: a reload begins and ends those that come and go. */
  readonly services?: readonly Service<C>[] | ((config: C) => readonly Service<C>[]);
  readonly jobs?: readonly Job<C>[];
  readonly checks?: readonly Check<C>[];
  /** Numbered 1, 2, 3 and so on; what has been released is never changed. */
  readonly migrations?: readonly Migration[];
  /** File name of the database. Default `NAME.db`. */
  readonly database?: string;
  /**
   * Where the configuration wants the database, where it is not that file: absolute, or relative to the home directory;
   * undefined for that file. Its directory is made when it is missing. Asked when the daemon starts; no two daemons can
   * share one.
   */
  readonly databaseFile?: (config: C) => string | undefined;
  /** What service managers call it. */
  readonly service?: ServiceNames;
  /** Whether `install` has the service start at boot; the default is that it does. `enable` and `disable` come later. */
  readonly startsAtBoot?: (config: C) => boolean;
  readonly routes?: (kit: Kit<C>) => Hono | Promise<Hono>;
  /** Paths of its endpoints that need no token. */
  readonly open?: readonly OpenPath[];
  /** Size of the body that a request for one of its endpoints may have, such as `64MiB`. Default 1 MiB. */
  readonly bodyLimit?: string;
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
  /** What it says of its configuration; nothing in appd itself. */
  readonly settings?: AppSettings;
  /** Why it cannot be run; `run` says so and ends with 78. */
  readonly flaw?: AppdError | undefined;
}

/**
 * Defines an app. Never throws: when two services, jobs, checks, modes or commands have one name, or something else cannot
 * be, the outcome has a `flaw`, which {@link run} reports.
 */
export function defineApp<const S extends readonly Section[] = []>(options: AppOptions<S>): DefinedApp<AppConfig<S>> {
  const { config = [], commands = [], verbsUnder, bodyLimit, routes, adjust, startsAtBoot, databaseFile } = options;
  const product = createProduct(options);
  const settings: AppSettings = { sections: config, keys: options.keys ?? {}, defaults: options.defaults ?? {} };
  const services = servicesIn(options.services);
  const names = (parts: readonly { readonly name: string }[] = []) => parts.map(({ name }) => name);
  const brings = { program: names(services.services), job: names(options.jobs) };
  const app: App<AppConfig<S>> = {
    ...{ product, ...services, jobs: options.jobs ?? [], checks: options.checks ?? [] },
    ...{ migrations: options.migrations ?? [], modes: options.modes ?? [], open: options.open ?? [] },
    bodyLimit: (bodyLimit === undefined ? undefined : parseSize(bodyLimit)) ?? BODY_LIMIT,
    schema: async () => ({ ...(await import("../schema/app_schema.ts")).appSchema(product, settings), brings }),
    ...(routes === undefined ? {} : { routes }),
    ...(adjust === undefined ? {} : { adjust }),
    ...(startsAtBoot === undefined ? {} : { startsAtBoot }),
    ...(databaseFile === undefined ? {} : { databaseFile }),
  };
  return {
    ...{ app, commands, settings },
    ...(verbsUnder === undefined ? {} : { verbsUnder }),
    get flaw() { // Only when it is asked: a daemon that a start has made is of an app without any.
      return flawOf({ app, commands, settings, verbsUnder, bodyLimit });
    },
  };
}

/** The two kinds of services, apart. */
function servicesIn<C>(services: readonly Service<C>[] | ((config: C) => readonly Service<C>[]) = []) {
  return typeof services === "function" ? { services: [], servicesFrom: services } : { services };
}
