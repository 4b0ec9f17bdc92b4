import { AppdError, cannot } from "../../base/errors.ts";
import type { LogFields, Logger } from "../../base/logger.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { Context } from "../context.ts";
import { currentJobs } from "../jobs/current_jobs.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { Logs } from "../logs.ts";
import type { Kit, KitJobs, KitStore } from "./kit.ts";

/** What a kit is made from. */
export interface KitSources {
  readonly context: Context;
  readonly logs: { readonly logging: Pick<Logs["logging"], "logger"> };
  /** Not asked for before a kit is used. */
  readonly jobs: () => AskedJobs;
  /** The configuration that holds now. */
  readonly config: () => Config;
}

type AskedJobs = Pick<Jobs, "trigger" | "status" | "scheduler" | "api" | "database">;

/**
 * Makes the kit of one part of the app.
 *
 * @param logger name of its logger below the app's: `jobs.thumbnails`
 * @param fields of every record of its logger
 */
export type KitFor = (logger: string, fields?: LogFields) => Kit<Config>;

/** Most bytes that come with a trigger, and most characters of its key. */
const PAYLOAD_BYTES = 64 * 1024;
const KEY_LENGTH = 1024;

/** Makes what the code of an app is given. All kits of a daemon share its store, its jobs and its clock. */
export function createKit({ context, logs, jobs, config }: KitSources): KitFor {
  const { app: { product }, instance, paths: { home }, startedIn, system: { clock } } = context;
  const shared = { store: kitStore(product.database, jobs), jobs: kitJobs(jobs) };
  return (logger, fields) => ({
    ...{ name: product.name, version: product.version, instance, home, startedIn },
    get config() {
      return config();
    },
    log: withFields(logs.logging.logger(logger), fields),
    ...shared,
    clock,
  });
}

/** A kit with more in it, whose `config` is still the one that holds. */
export function withMore<K extends object, M extends object>(kit: K, more: M): K & M {
  return Object.defineProperties({}, {
    ...Object.getOwnPropertyDescriptors(kit),
    ...Object.getOwnPropertyDescriptors(more),
  }) as K & M;
}

/** A logger with fields of its own; those of a record come after them. */
function withFields(log: Logger, own: LogFields | undefined): Logger {
  if (own === undefined) return log;
  return {
    debug: (message, fields) => log.debug(message, { ...own, ...fields }),
    info: (message, fields) => log.info(message, { ...own, ...fields }),
    warn: (message, fields) => log.warn(message, { ...own, ...fields }),
    error: (message, fields) => log.error(message, { ...own, ...fields }),
  };
}

function kitStore(file: string, jobs: () => Pick<Jobs, "database">): KitStore {
  // Not a throw: whoever calls waits for a promise.
  async function database(): Promise<KitStore> {
    const { database: open } = jobs();
    if (open !== undefined) return await open;
    throw cannot(["use", file], "the database is not open: the app has neither migrations nor jobs, or it stops", {
      exit: "unavailable",
    });
  }
  return {
    read: async (sql, params) => await (await database()).read(sql, params),
    write: async (statements) => await (await database()).write(statements),
  };
}

function kitJobs(jobs: () => AskedJobs): KitJobs {
  const asked = currentJobs(() => jobs().api);
  return {
    async trigger(job, { key = crypto.randomUUID(), payload } = {}) {
      checkCall(job, { key, payload });
      return await jobs().trigger(job, { key, ...(payload === undefined ? {} : { payload }) });
    },
    status: () => jobs().status(),
    statusOf: (job) => jobs().status().find(({ name }) => name === job),
    scheduler: () => jobs().scheduler(),
    history: (query) => asked.history(query),
  };
}

function checkCall(job: string, { key, payload = "" }: { readonly key: string; readonly payload: string | undefined }) {
  const refuse = (cause: string): AppdError => cannot(["trigger", job], cause, { exit: "usage" });
  if (key === "" || key.length > KEY_LENGTH || key.includes("\0")) {
    throw refuse(`its key must have 1 to ${KEY_LENGTH} characters, and no NUL`);
  }
  const { length } = new TextEncoder().encode(payload);
  if (length > PAYLOAD_BYTES) throw refuse(`its payload has ${length} bytes, and may have ${PAYLOAD_BYTES}`);
}
