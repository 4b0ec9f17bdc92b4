import assert from "node:assert/strict";
import { FakeClock } from "../../src/system/fake_clock.ts";
import { readAnalytics } from "./analytics.ts";
import { memoryStore } from "./memory_store.ts";
import { RequestLog } from "./request_log.ts";
import { rollUp } from "./rollup.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2025, 10, 1, 10, 30);
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

/** A store with requests `ago` milliseconds before now. */
async function withRequests(...rows: readonly { ago: number; path?: string; status?: number; hit?: boolean }[]) {
  const store = memoryStore();
  await using requests = new RequestLog({ store, clock: new FakeClock(), log: QUIET });
  for (const { ago, path = "/proxy/a", status = 200, hit = false } of rows) {
    requests.add({ at: NOW - ago, method: "GET", path, status, bytes: 10, ms: hit ? 1 : 3, hit });
  }
  return store;
}

Deno.test("requests are summed by status, hour and path", async () => {
  using store = await withRequests(
    ...[{ ago: 0 }, { ago: 0, hit: true }, { ago: HOUR, path: "/proxy/b", status: 502 }, { ago: 2 * DAY }],
  );
  const found = await readAnalytics(store, { since: NOW - DAY, until: NOW });
  assert.deepEqual(found, {
    ...{ since: "2025-10-31T10:30:00.000Z", until: "2025-11-01T10:30:00.000Z" },
    ...{ requests: 3, hits: 1, bytes: 30, mean_ms: 2.3, hit_ratio: 1 / 3, errors: 1, statuses: { 200: 2, 502: 1 } },
    hours: [
      { hour: "2025-11-01T09:00:00.000Z", requests: 1, hits: 0, bytes: 10, mean_ms: 3 },
      { hour: "2025-11-01T10:00:00.000Z", requests: 2, hits: 1, bytes: 20, mean_ms: 2 },
    ],
    paths: [
      { path: "/proxy/a", requests: 2, hits: 1, bytes: 20, mean_ms: 2 },
      { path: "/proxy/b", requests: 1, hits: 0, bytes: 10, mean_ms: 3 },
    ],
  });
});

Deno.test("a request that is kept in the middle of it is in all of the answer, or in none of it", async () => {
  using store = await withRequests({ ago: 0 });
  const { read } = store;
  store.read = async (sql, params) => {
    const rows = await read(sql, params);
    await using requests = new RequestLog({ store, clock: new FakeClock(), log: QUIET });
    requests.add({ at: NOW, method: "GET", path: "/proxy/a", status: 200, bytes: 10, ms: 1, hit: false });
    return rows;
  };
  const { requests, paths } = await readAnalytics(store, { since: NOW - DAY, until: NOW });
  assert.deepEqual([requests, paths.map((path) => path.requests)], [1, [1]]);
});

Deno.test("the most requested paths come first, those that are alike by name, and ten of them", async () => {
  const names = "abcdefghijkl".split("");
  using store = await withRequests(...[...names, "k"].map((name) => ({ ago: HOUR, path: `/proxy/${name}` })));
  const { paths } = await readAnalytics(store, { since: NOW - DAY, until: NOW });
  assert.deepEqual(paths.map(({ path }) => path.at(-1)).join(""), "kabcdefghi");
});

Deno.test("nothing is a sum as well", async () => {
  using store = memoryStore();
  const { requests, hit_ratio, hours } = await readAnalytics(store, { since: 0, until: NOW });
  assert.deepEqual([requests, hit_ratio, hours], [0, 0, []]);
});

Deno.test("a rollup keeps the sums and drops the rows", async () => {
  using store = await withRequests({ ago: 8 * DAY }, { ago: 8 * DAY, hit: true }, { ago: 8 * DAY, status: 404 }, {
    ago: DAY,
  });
  const before = await readAnalytics(store, { since: 0, until: NOW });
  assert.deepEqual(await rollUp(store, { now: NOW, detail: 7 * DAY, retention: 90 * DAY }), { requests: 3, hours: 0 });
  const after = await readAnalytics(store, { since: 0, until: NOW });
  assert.deepEqual({ ...after, paths: [] }, { ...before, paths: [] });
  assert.deepEqual((await store.read("SELECT count(*) AS n FROM cco_requests"))[0]?.["n"], 1);
});

Deno.test("a second rollup adds what came late, and counts nothing twice", async () => {
  using store = await withRequests({ ago: 8 * DAY });
  const limits = { now: NOW, detail: 7 * DAY, retention: 90 * DAY };
  await rollUp(store, limits);
  await store.write([{
    sql: "INSERT INTO cco_requests (at, method, path, status, bytes, ms, hit) VALUES (?, 'GET', '/', 200, 5, 1, 0)",
    params: [NOW - 8 * DAY],
  }]);
  assert.deepEqual(await rollUp(store, limits), { requests: 1, hours: 0 });
  assert.deepEqual(await rollUp(store, limits), { requests: 0, hours: 0 });
  const { requests, bytes } = await readAnalytics(store, { since: 0, until: NOW });
  assert.deepEqual([requests, bytes], [2, 15]);
});

Deno.test("hours are forgotten after their own time", async () => {
  using store = await withRequests({ ago: 40 * DAY });
  await rollUp(store, { now: NOW, detail: 7 * DAY, retention: 90 * DAY });
  assert.equal((await rollUp(store, { now: NOW, detail: 7 * DAY, retention: 30 * DAY })).hours, 1);
  assert.equal((await readAnalytics(store, { since: 0, until: NOW })).requests, 0);
});
