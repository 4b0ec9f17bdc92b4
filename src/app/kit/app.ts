import type { Hono } from "hono";
import { APPD, type Product } from "../../base/product.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { OpenPath } from "../../http/app_routes.ts";
import type { Schema } from "../../schema/section.ts";
import type { Migration } from "../../store/store.ts";
import type { Job } from "./job.ts";
import type { Kit } from "./kit.ts";
import type { Service } from "./service.ts";

/** A check of the app's own, run in the background every second and shown by `/health` under its name. */
export interface Check<C> {
  /** Unlike that of any other check. */
  readonly name: string;
  /** Whether its failure makes the daemon degraded (503). Default true. */
  readonly critical?: boolean;
  /** Duration after which a run counts as failed. Default 5 s. */
  readonly timeout?: string;
  /** Returns when all is well, throws the reason when not. */
  check(context: Kit<C> & { readonly signal: AbortSignal }): Promise<void> | void;
}

/** A named way to run the app: some of its services, in the foreground or as a daemon. */
export interface Mode {
  /** `NAME MODE` and `NAME --MODE` run it in the foreground, `NAME start --mode MODE` in the background; not `all`. */
  readonly name: string;
  /** A phrase, lower case, no final period. */
  readonly summary: string;
  /** Names of the services that run; absent: all. */
  readonly services?: readonly string[];
  /** Whether the jobs run. Default true. */
  readonly jobs?: boolean;
}

/** Everything of an app that its daemon is made of; appd itself is one without anything of its own. */
export interface App<C = Config> {
  readonly product: Product;
  /** Every setting there is; loaded when one is read. */
  schema(): Promise<Schema>;
  /** Those that it always has. */
  readonly services: readonly Service<C>[];
  /** Those that it has under a configuration, beside the others. Asked anew at each reload, which keeps what stays alike. */
  servicesFrom?(config: C): readonly Service<C>[];
  readonly jobs: readonly Job<C>[];
  readonly checks: readonly Check<C>[];
  readonly migrations: readonly Migration[];
  readonly modes: readonly Mode[];
  /** Its endpoints, beside the built-in ones. Made once, at the daemon's start. */
  routes?(kit: Kit<C>): Hono | Promise<Hono>;
  /** Paths of its endpoints that need no token. */
  readonly open: readonly OpenPath[];
  /** Most bytes of the body of a request for them. */
  readonly bodyLimit: number;
  /** What the app's own settings mean in appd's words: parts of the configuration that take the place of what was read. */
  adjust?(config: C, start: { readonly directory: string }): Partial<Config>;
  /** Whether the configuration wants its service to start at boot. */
  startsAtBoot?(config: C): boolean;
  /** Where the configuration wants its database, absolute or relative to the home; undefined: where the product says. */
  databaseFile?(config: C): string | undefined;
}

/** Bytes of a body for an endpoint of an app that says nothing of it. */
export const BODY_LIMIT = 1024 * 1024;

export const APPD_APP: App = {
  product: APPD,
  schema: async () => (await import("../../schema/appd_schema.ts")).APPD_SCHEMA,
  services: [],
  jobs: [],
  checks: [],
  migrations: [],
  modes: [],
  open: [],
  bodyLimit: BODY_LIMIT,
};
