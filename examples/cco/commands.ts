import type { AppCommand, CommandContext } from "../../src/mod.ts";
import type { Analytics } from "./analytics.ts";
import { renderAnalytics, renderCache } from "./render.ts";
import type { CacheReport } from "./routes.ts";
import type { Settings } from "./settings.ts";

const EXITS = { notRunning: true, unavailable: "the proxy does not run" } as const;

const ANALYTICS: AppCommand<Settings> = {
  name: "analytics",
  summary: "say what became of the requests",
  description: [
    "Sums since a time, by status, hour and path. What is older than `analytics_detail` is known by the hour.",
  ],
  options: [{
    name: "since",
    value: { name: "DURATION", kind: "duration", default: "1d" },
    help: "how far to look back",
  }],
  examples: [
    { line: "cco analytics", says: "the last day" },
    { line: "cco analytics --since 1h --json", says: "the last hour, for a program" },
  ],
  exits: EXITS,
  async run(context) {
    const { since } = context.options;
    const query = typeof since === "number" ? `?since=${new Date(Date.now() - since).toISOString()}` : "";
    const analytics = await context.ask<Analytics>(`/api/cco/analytics${query}`);
    tell(context, { value: analytics, text: renderAnalytics });
  },
};

const STATS: AppCommand<Settings> = {
  name: "stats",
  summary: "say what is in the cache",
  exits: EXITS,
  async run(context) {
    tell(context, { value: await context.ask<CacheReport>("/api/cco/cache"), text: renderCache });
  },
};

const CLEAR: AppCommand<Settings> = {
  name: "clear",
  summary: "forget every answer",
  exits: EXITS,
  async run(context) {
    const value = await context.ask<{ cleared: number }>("/api/cco/cache/clear", { method: "POST" });
    tell(context, { value, text: ({ cleared }) => `cleared: ${cleared} answers forgotten` });
  },
};

const CACHE: AppCommand<Settings> = {
  name: "cache",
  summary: "look into the cache, or empty it",
  examples: [
    { line: "cco cache stats", says: "how full it is, and how much it helps" },
    { line: "cco cache clear", says: "forget every answer" },
  ],
  commands: [STATS, CLEAR],
};

export const COMMANDS: readonly AppCommand<Settings>[] = [ANALYTICS, CACHE];

type Context = CommandContext<Settings>;

function tell<T>({ output }: Context, { value, text }: { readonly value: T; text(value: T): string }): void {
  if (output.json) output.printJson(value);
  else output.print(text(value));
}
