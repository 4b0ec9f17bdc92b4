import type { App } from "./app.ts";
import type { OwnParts } from "./own_parts.ts";

/** Name of a service's logger below the app's. */
export function serviceLogger(name: string): string {
  return `services.${name}`;
}

/** Name of the logger of a job that is a function, below the app's. */
export function jobLogger(name: string): string {
  return `jobs.${name}`;
}

/** What of an app has loggers. */
export interface PartsOfApp extends Pick<App, "product"> {
  readonly services: readonly { readonly name: string }[];
  readonly jobs: readonly { readonly name: string }[];
}

/** The whole name of the logger that a service or a function of a job has; undefined when `name` is of neither. */
export function loggerOfPart({ product, services, jobs }: PartsOfApp, name: string): string | undefined {
  if (services.some((service) => service.name === name)) return `${product.name}.${serviceLogger(name)}`;
  return jobs.some((job) => job.name === name) ? `${product.name}.${jobLogger(name)}` : undefined;
}

/** What of an app has loggers under a configuration. */
export function partsOf({ product, jobs }: App, { services }: Pick<OwnParts, "services">): PartsOfApp {
  return { product, services, jobs };
}
