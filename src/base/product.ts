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
}

export const APPD: Product = {
  name: "appd",
  version: BUILD.version,
  summary: "turn any program into a well-behaved Unix service",
  prefix: "APPD",
  database: "appd.db",
};
