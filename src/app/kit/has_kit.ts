import type { App } from "./app.ts";

/** Whether an app has code that runs in its daemon; for all others nothing of the kit is loaded. */
export function hasKit({ services, jobs, checks, routes }: App): boolean {
  return services.length + jobs.length + checks.length > 0 || routes !== undefined;
}
