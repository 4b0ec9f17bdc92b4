import type { KitStore } from "../../src/mod.ts";

export interface RollUp {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds for which there is a row per request. */
  readonly detail: number;
  /** Milliseconds for which there is a row per hour. */
  readonly retention: number;
}

const HOUR_MS = 3_600_000;

const TO_HOURS = `
  INSERT INTO cco_hours (hour, status, requests, hits, bytes, ms)
  SELECT at - at % ${HOUR_MS}, status, count(*), sum(hit), sum(bytes), sum(ms) FROM cco_requests WHERE at < ?
  GROUP BY 1, 2
  ON CONFLICT (hour, status) DO UPDATE SET requests = requests + excluded.requests, hits = hits + excluded.hits,
    bytes = bytes + excluded.bytes, ms = ms + excluded.ms`;

/**
 * Turns rows of requests that are older than `detail` into rows of hours, and forgets hours older than `retention`. One
 * transaction: every request counts once, whatever happens meanwhile.
 *
 * @returns how many requests were rolled up, and how many rows of hours were forgotten
 * @throws StoreError
 */
export async function rollUp(store: Pick<KitStore, "write">, { now, detail, retention }: RollUp) {
  const older = fullHour(now - detail);
  const [, requests, hours] = await store.write([
    { sql: TO_HOURS, params: [older] },
    { sql: "DELETE FROM cco_requests WHERE at < ?", params: [older] },
    { sql: "DELETE FROM cco_hours WHERE hour < ?", params: [fullHour(now - Math.max(detail, retention))] },
  ]);
  return { requests: requests?.changes ?? 0, hours: hours?.changes ?? 0 };
}

function fullHour(at: number): number {
  return at - at % HOUR_MS;
}
