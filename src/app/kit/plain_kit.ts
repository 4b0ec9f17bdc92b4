import { cannot } from "../../base/errors.ts";
import type { LoggerFactory } from "../../base/logger.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { Context } from "../context.ts";
import type { Kit } from "./kit.ts";

/** Makes the kit of one part of the app. @param logger name of its logger below the app's: `services.proxy` */
export type KitFor = (logger: string) => Kit<Config>;

/** The kit of a daemon without a store and without jobs. */
export function plainKit(
  { app: { product }, instance, paths: { home }, startedIn, system: { clock } }: Context,
  from: { readonly logging: { readonly logger: LoggerFactory }; readonly config: () => Config },
): KitFor {
  const none = () => {
    throw cannot(["use", product.database], "there is neither a store nor a job", { exit: "unavailable" });
  };
  const nothing = () => Promise.resolve().then(none);
  return (logger) => ({
    ...{ name: product.name, version: product.version, instance, home, startedIn, clock },
    get config() {
      return from.config();
    },
    log: from.logging.logger(`${product.name}.${logger}`),
    store: { read: nothing, write: nothing },
    jobs: { trigger: nothing, history: nothing, status: () => [], scheduler: none },
  });
}
