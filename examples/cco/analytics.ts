import type { KitStore, Row } from "../../src/mod.ts";

/** Sums over some requests. */
export interface Sums {
  readonly requests: number;
  readonly hits: number;
  /** Of bodies that were handed to clients. */
  readonly bytes: number;
  readonly mean_ms: number;
}

/** What `GET /api/cco/analytics` answers. Times are ISO 8601, UTC. */
export interface Analytics extends Sums {
  readonly since: string;
  readonly until: string;
  /** Answers from the cache, of all; 0 when there were none. */
  readonly hit_ratio: number;
  /** Answers of 500 and above. */
  readonly errors: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly hours: readonly (Sums & { readonly hour: string })[];
  /** The most requested, of the time for which there is a row per request. */
  readonly paths: readonly (Sums & { readonly path: string })[];
}

const HOUR_MS = 3_600_000;
const MOST_PATHS = 10;

/** One read for the whole answer: a request that is kept between two of them would be in its paths, and not in its sums. */
const BY_HOUR_AND_PATH = `
  SELECT hour, status, NULL AS path, sum(requests) AS requests, sum(hits) AS hits, sum(bytes) AS bytes, sum(ms) AS ms FROM (
    SELECT at - at % ${HOUR_MS} AS hour, status, 1 AS requests, hit AS hits, bytes, ms FROM cco_requests WHERE at >= ?1
    UNION ALL
    SELECT hour, status, requests, hits, bytes, ms FROM cco_hours WHERE hour >= ?1 - ?1 % ${HOUR_MS}
  ) GROUP BY hour, status
  UNION ALL
  SELECT * FROM (
    SELECT NULL, NULL, path, count(*) AS requests, sum(hit), sum(bytes), sum(ms) FROM cco_requests
    WHERE at >= ?1 GROUP BY path ORDER BY requests DESC, path LIMIT ${MOST_PATHS}
  )
  ORDER BY hour, status, requests DESC, path`;

/** Answers what became of the requests from `since` to `until`, milliseconds since the epoch. @throws StoreError */
export async function readAnalytics(
  store: Pick<KitStore, "read">,
  { since, until }: { readonly since: number; readonly until: number },
): Promise<Analytics> {
  const found = await store.read(BY_HOUR_AND_PATH, [since]);
  const rows = found.filter(({ path }) => path === null).map(tally);
  const paths = found.filter(({ path }) => path !== null);
  const all = sum(rows);
  const hours = Object.entries(Object.groupBy(rows, ({ hour }) => hour));
  return {
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    ...all,
    hit_ratio: all.requests === 0 ? 0 : all.hits / all.requests,
    errors: sum(rows.filter(({ status }) => status >= 500)).requests,
    statuses: countByStatus(rows),
    hours: hours.map(([hour, rows = []]) => ({ hour: new Date(Number(hour)).toISOString(), ...sum(rows) })),
    paths: paths.map((row) => ({ path: String(row["path"]), ...sum([tally(row)]) })),
  };
}

/** Sums as the database has them. */
interface Tally {
  readonly hour: number;
  readonly status: number;
  readonly requests: number;
  readonly hits: number;
  readonly bytes: number;
  readonly ms: number;
}

function tally(row: Row): Tally {
  const number = (name: string) => Number(row[name] ?? 0);
  return {
    ...{ hour: number("hour"), status: number("status"), requests: number("requests"), hits: number("hits") },
    ...{ bytes: number("bytes"), ms: number("ms") },
  };
}

function sum(rows: readonly Tally[]): Sums {
  const total = (of: (row: Tally) => number) => rows.reduce((so, row) => so + of(row), 0);
  const requests = total((row) => row.requests);
  return {
    ...{ requests, hits: total((row) => row.hits), bytes: total((row) => row.bytes) },
    mean_ms: requests === 0 ? 0 : Math.round(total((row) => row.ms) / requests * 10) / 10,
  };
}

function countByStatus(rows: readonly Tally[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, requests } of rows) counts[status] = (counts[status] ?? 0) + requests;
  return counts;
}
