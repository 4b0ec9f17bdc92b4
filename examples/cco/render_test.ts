import assert from "node:assert/strict";
import { renderAnalytics, renderCache } from "./render.ts";

const SUMS = { requests: 3, hits: 1, bytes: 2048, mean_ms: 2.5 };

Deno.test("analytics as lines and tables", () => {
  const hours = [{ hour: "2025-11-01T10:00:00.000Z", ...SUMS }];
  const text = renderAnalytics({
    ...{ since: "2025-10-31T10:30:00.000Z", until: "", ...SUMS, hit_ratio: 1 / 3, errors: 1, hours },
    ...{ statuses: { 200: 2, 502: 1 }, paths: [{ path: "/proxy/a", ...SUMS }] },
  });
  assert.deepEqual(text.split("\n"), [
    "Since:    2025-10-31T10:30:00.000Z",
    "Requests: 3, 1 from the cache (33.3%), 1 with errors",
    "Answers:  2 KiB, 2.5 ms on average",
    "Statuses: 200: 2, 502: 1",
    "",
    "HOUR                 REQUESTS        HITS       BYTES     MEAN MS",
    "2025-11-01T10:00Z           3           1       2 KiB         2.5",
    "",
    "PATH        REQUESTS        HITS       BYTES     MEAN MS",
    "/proxy/a           3           1       2 KiB         2.5",
  ]);
});

Deno.test("the cache as lines, also before its first request", () => {
  const stats = { entries: 0, bytes: 0, limit_bytes: 1_073_741_824, hits: 0, misses: 0, evictions: 0, under_way: 2 };
  assert.deepEqual(renderCache(stats).split("\n"), [
    "Answers:   0",
    "Size:      0 B of 1 GiB",
    "Hits:      0 of 0 (0%)",
    "Evictions: 0",
    "Under way: 2",
  ]);
});
