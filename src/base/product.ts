import { BUILD } from "./version.ts";

/** What a program of the house calls itself: appd, or an app that is made with the kit. */
export interface Product {
  /** Name of the program, of its directory `~/.NAME`, its units and its loggers. */
  readonly name: string;
  /** Semantic version, <https://semver.org>. */
  readonly version: string;
  /** One phrase, lower case, no final period. */
  readonly summary: string;
  /** Begins the names of its variables: `APPD` of `APPD_SERVER_PORT`. */
  readonly prefix: string;
  /** File name of its database, in the home directory. */
  readonly database: string;
  /** Name of its service, without a suffix: `appd` of `appd.service`. */
  readonly unit: string;
  /** Name of its service for launchd: `com.appd.daemon`. */
  readonly label: string;
  /** What its service does, a phrase for the descriptions of units. */
  readonly work: string;
}

/** A fit name of an app: also that of a directory, a unit, a user and a logger. */
export const APP_NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** A fit name of a service, a job or a check: also that of a logger and an argument. */
export const PART_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

/** What service managers are told of a product beside its name. */
export interface ServiceNames {
  /** Name of the service, without a suffix. Default: the product's. */
  readonly unit?: string;
  /** Name for launchd. Default `com.NAME.daemon`; an instance has its name in the place of `daemon`. */
  readonly label?: string;
  /** What it does, a phrase. Default: the summary. */
  readonly description?: string;
}

const WORK = "supervised programs and jobs";

/** What of a product is somebody's choice. */
export interface ProductWish {
  readonly name: string;
  readonly version: string;
  /** Default: the name. */
  readonly summary?: string | undefined;
  /** Default: `NAME.db`. */
  readonly database?: string | undefined;
  readonly service?: ServiceNames | undefined;
}

/** The product of a name, with what follows from that. */
export function createProduct({ name, version, summary, database, service }: ProductWish): Product {
  return {
    ...{ name, version, summary: summary ?? name },
    prefix: name.toUpperCase().replaceAll("-", "_"),
    database: database ?? `${name}.db`,
    unit: service?.unit ?? name,
    label: service?.label ?? `com.${name}.daemon`,
    work: service?.description ?? summary ?? WORK,
  };
}

export const APPD: Product = createProduct({
  name: "appd",
  version: BUILD.version,
  summary: "turn any program into a well-behaved Unix service",
  service: { description: WORK },
});

/** The variables that choose an instance, without the prefix. */
export type ChoosingVariable = "HOME" | "NAME" | "CONFIG";

/** Value of the variable `PREFIX_WHICH` that chooses an instance; undefined when it is not set or empty. */
export function ownVariable(
  env: Readonly<Record<string, string>>,
  { prefix }: Pick<Product, "prefix">,
  which: ChoosingVariable,
): string | undefined {
  return env[`${prefix}_${which}`] || undefined;
}
