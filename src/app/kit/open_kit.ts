import type { Health } from "../../health/health.ts";
import { delay } from "../../system/clock.ts";
import type { OwnRoutes } from "../listeners.ts";
import { addAppChecks, appChecks } from "./checks.ts";
import { createKit, type KitFor, type KitSources } from "./create_kit.ts";
import { Routes } from "./routes.ts";

/** What an app brings to its daemon, beside its services and jobs. */
export interface OpenKit {
  readonly kitFor: KitFor;
  /** Undefined when the app has no endpoints. */
  readonly routes: OwnRoutes | undefined;
  /** Makes the endpoints. @throws AppdError (config), and what the app throws */
  makeRoutes(): Promise<void>;
  /** Adds the checks, and gives them a moment, so that an app that is well begins so. */
  watch(health: Health): Promise<void>;
}

/** Milliseconds in which checks have their first result before the daemon says that it is ready. */
const FIRST_CHECKS_MS = 1000;

/** Loads what the parts of an app are given. */
export function openKit(sources: KitSources): OpenKit {
  const { app, system: { clock } } = sources.context;
  const kitFor = createKit(sources);
  const routes = app.routes === undefined ? undefined : new Routes(app);
  const checks = appChecks(app, kitFor);
  return {
    ...{ kitFor, routes },
    makeRoutes: async () => await routes?.make(kitFor, clock),
    async watch(health) {
      if (checks.length === 0) return;
      addAppChecks(health, checks);
      const done = new AbortController();
      await Promise.race([health.settled(), delay(clock, FIRST_CHECKS_MS, done.signal)]);
      done.abort();
    },
  };
}
