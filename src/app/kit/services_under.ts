import { AppdError, cannot, messageOf } from "../../base/errors.ts";
import { PART_NAME } from "../../base/product.ts";
import type { App } from "./app.ts";
import { unfitName } from "./misnamed.ts";
import type { Service } from "./service.ts";

/** What of an app says which services it has. */
export type ServiceSource<C> = Pick<App<C>, "services" | "servicesFrom" | "product">;

/**
 * All services that an app has under a configuration: those that are written down, and those that it makes of the
 * configuration. Whether they run is another matter.
 *
 * @throws AppdError (config) when one that was made has an unfit name, or that of another one; and what the app throws
 */
export function servicesUnder<C>(app: ServiceSource<C>, config: C): readonly Service<C>[] {
  if (app.servicesFrom === undefined) return app.services;
  const all = [...app.services, ...made(app, config)];
  const seen = new Set<string>();
  for (const { name } of all) {
    if (!PART_NAME.test(name)) throw unfitName(name);
    if (seen.has(name)) throw refused(name, "two services have this name", "give each a name of its own");
    seen.add(name);
  }
  return all;
}

function made<C>({ servicesFrom, product }: ServiceSource<C>, config: C): readonly Service<C>[] {
  const action = ["make the services of", product.name] as const;
  return asked(action, "what makes them", () => servicesFrom?.(config) ?? []);
}

/**
 * Runs a function of the app's that says something about the configuration.
 *
 * @param action verb and object of what cannot be done when it throws, `what` how the message calls the function
 * @throws AppdError (config) also for anything else that it throws
 */
export function asked<T>(action: readonly [verb: string, object: string], what: string, ask: () => T): T {
  try {
    return ask();
  } catch (cause) {
    if (cause instanceof AppdError) throw cause;
    throw cannot(action, `${what} threw: ${messageOf(cause)}`, { exit: "config", cause });
  }
}

function refused(name: string, cause: string, hint: string): AppdError {
  return cannot(["run the service", name], cause, { exit: "config", hint });
}
