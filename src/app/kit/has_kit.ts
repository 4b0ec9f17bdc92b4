import type { App } from "./app.ts";

/** Whether an app can have services at all. */
export function hasServices({ services, servicesFrom }: Pick<App, "services" | "servicesFrom">): boolean {
  return services.length > 0 || servicesFrom !== undefined;
}

/** Whether an app has code that runs in its daemon; for all others nothing of the kit is loaded. */
export function hasKit(app: App): boolean {
  const { jobs, checks, routes } = app;
  return hasServices(app) || jobs.length + checks.length > 0 || routes !== undefined;
}
