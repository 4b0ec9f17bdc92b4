import { cannot } from "../../base/errors.ts";
import { type AppRoutes, appRoutes, isServed, openInVain, routesToCome } from "../../http/app_routes.ts";
import { routedPath } from "../../http/pattern.ts";
import { type Clock, delay } from "../../system/clock.ts";
import type { OwnRoutes } from "../listeners.ts";
import type { App } from "./app.ts";
import type { KitFor } from "./create_kit.ts";

/** Milliseconds that the app has to make its endpoints. */
const PATIENCE_MS = 10_000;

/** The endpoints of an app: to come, until {@link make} has made them. */
export class Routes implements OwnRoutes {
  readonly #app: App;
  #routes: AppRoutes;

  constructor(app: App) {
    this.#app = app;
    this.#routes = routesToCome(app);
  }

  now(): AppRoutes {
    return this.#routes;
  }

  readonly bodyLimit = (pathname: string): number | undefined =>
    isServed(this.#routes, routedPath(pathname)) ? this.#routes.bodyLimit : undefined;

  /** @throws AppdError (config) when one of them has the path of a built-in one, or they take too long; and what the app throws */
  async make(kitFor: KitFor, clock: Clock): Promise<void> {
    const { product: { name }, open, bodyLimit, routes } = this.#app;
    if (routes === undefined) return;
    const kit = kitFor("routes");
    const hono = await inTime(async () => await routes(kit), clock);
    if (hono === undefined) {
      const cause = `they are not made within ${PATIENCE_MS / 1000} s`;
      throw cannot(["serve the endpoints of", name], cause, { exit: "config", hint: "wait for nothing in `routes`" });
    }
    this.#routes = appRoutes({ hono, open, bodyLimit, name });
    for (const path of openInVain({ hono, open })) kit.log.warn("a path is open, and no endpoint has it", { path });
  }
}

/** What `make` gives, or undefined when that takes too long. No timer stays behind, also when it throws. */
async function inTime<T>(make: () => Promise<T>, clock: Clock): Promise<T | undefined> {
  const done = new AbortController();
  try {
    return await Promise.race([make(), delay(clock, PATIENCE_MS, done.signal).then(() => undefined)]);
  } finally {
    done.abort();
  }
}
