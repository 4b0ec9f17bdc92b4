import { Hono } from "hono";
import { AppdError, type Kit } from "../../src/mod.ts";
import { readAnalytics } from "./analytics.ts";
import type { CacheStats } from "./answer_cache.ts";
import type { Gateway, Line } from "./gateway.ts";
import { PREFIX } from "./proxy.ts";

/** What `GET /api/cco/cache` answers. */
export interface CacheReport extends CacheStats {
  /** Requests whose answers have not ended. */
  readonly under_way: number;
}

const DAY_MS = 86_400_000;

/** The endpoints of cco: the proxy itself, and what it knows of its requests and its cache. */
export function createRoutes(gateway: Gateway, kit: Pick<Kit<unknown>, "store" | "clock">): Hono {
  const app = new Hono();
  app.all(`${PREFIX}/*`, (context) => gateway.answer(context.req.raw));
  app.get("/api/cco/analytics", async (context) => {
    const until = kit.clock.now();
    const since = sinceOf(context.req.query("since")) ?? until - DAY_MS;
    await gateway.line?.requests.flush();
    return context.json(await readAnalytics(kit.store, { since, until }));
  });
  app.get("/api/cco/cache", (context) => {
    return context.json({ ...lineOf(gateway).cache.stats(), under_way: gateway.underWay } satisfies CacheReport);
  });
  app.post("/api/cco/cache/clear", (context) => context.json({ cleared: lineOf(gateway).cache.clear() }));
  return app;
}

/** @throws AppdError (usage) */
function sinceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new AppdError(`cannot read since "${text}": it is no time`, {
    exit: "usage",
    hint: "such as 2025-11-01T10:30:00Z",
  });
}

/** @throws AppdError (unavailable) while the proxy does not run: the cache lives with it */
function lineOf(gateway: Gateway): Line {
  if (gateway.line !== undefined) return gateway.line;
  throw new AppdError("cannot read the cache: the proxy does not run", {
    exit: "unavailable",
    hint: "see: cco why proxy",
  });
}
