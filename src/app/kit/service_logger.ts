import type { App } from "./app.ts";

/** Name of a service's logger below the app's. */
export function serviceLogger(name: string): string {
  return `services.${name}`;
}

/** The whole name of the logger that the records of a service have. */
export function loggerOfService({ product }: Pick<App, "product">, name: string): string {
  return `${product.name}.${serviceLogger(name)}`;
}
