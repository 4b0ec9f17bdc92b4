import type { CheckReport } from "../../base/health_reports.ts";
import type { Health } from "../../health/health.ts";
import type { OwnRoutes } from "../listeners.ts";
import { addAppChecks, type AppCheck, appChecks } from "./checks.ts";
import { createKit, type KitFor, type KitSources } from "./create_kit.ts";
import { firstResults } from "./first_results.ts";
import { Routes } from "./routes.ts";

/** What an app brings to its daemon, beside its services and jobs. */
export interface OpenKit {
  readonly kitFor: KitFor;
  /** Undefined when the app has no endpoints. */
  readonly routes: OwnRoutes | undefined;
  /** Makes the endpoints. @throws AppdError (config), and what the app throws */
  makeRoutes(): Promise<void>;
  /**
   * Adds the checks, and waits for the first results of those that decide whether the daemon is healthy: what is said to
   * be ready is so. Not for longer than a start may take, and not when the daemon is told to stop.
   */
  watch(health: Health, stopping: AbortSignal): Promise<void>;
  /** Critical checks that are not well, or have not answered yet, and what is said of them. */
  unwell(health: Pick<Health, "report">): Readonly<Record<string, string>>;
}

/** Milliseconds from the beginning of a start to the end of its wait for checks; whoever started it gives up after 60 s. */
const START_MS = 50_000;

/** Loads what the parts of an app are given. */
export function openKit(sources: KitSources): OpenKit {
  const { app, system: { clock } } = sources.context;
  const kitFor = createKit(sources);
  const routes = app.routes === undefined ? undefined : new Routes(app);
  const checks = appChecks(app, kitFor);
  const end = clock.monotonic() + START_MS;
  return {
    ...{ kitFor, routes },
    makeRoutes: async () => await routes?.make(kitFor, clock),
    async watch(health, stopping) {
      if (checks.length === 0) return;
      addAppChecks(health, checks);
      await firstResults(health, { clock, end, stopping });
    },
    unwell: (health) => unwellOf(checks, health.report()),
  };
}

function unwellOf(checks: readonly AppCheck[], report: Readonly<Record<string, CheckReport>>): Record<string, string> {
  return Object.fromEntries(checks.flatMap(({ name }) => {
    const { ok, critical, error = "failed" } = report[name] ?? { ok: true, critical: false };
    return ok || !critical ? [] : [[name, error]];
  }));
}
