import type { Analytics, Sums } from "./analytics.ts";
import type { CacheReport } from "./routes.ts";

/** What `cco analytics` prints. */
export function renderAnalytics(analytics: Analytics): string {
  const { since, requests, hits, errors, bytes, mean_ms, statuses, hours, paths } = analytics;
  const counts = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`).join(", ");
  return [
    `Since:    ${since}`,
    `Requests: ${requests}, ${hits} from the cache (${percent(analytics.hit_ratio)}), ${errors} with errors`,
    `Answers:  ${bytesText(bytes)}, ${mean_ms} ms on average`,
    ...(counts === "" ? [] : [`Statuses: ${counts}`]),
    ...table("HOUR", hours.map(({ hour, ...sums }) => ({ name: hour.replace(":00:00.000Z", ":00Z"), ...sums }))),
    ...table("PATH", paths.map(({ path, ...sums }) => ({ name: path, ...sums }))),
  ].join("\n");
}

/** What `cco cache stats` prints. */
export function renderCache({ entries, bytes, limit_bytes, hits, misses, evictions, under_way }: CacheReport): string {
  const asked = hits + misses;
  return [
    `Answers:   ${entries}`,
    `Size:      ${bytesText(bytes)} of ${bytesText(limit_bytes)}`,
    `Hits:      ${hits} of ${asked} (${percent(asked === 0 ? 0 : hits / asked)})`,
    `Evictions: ${evictions}`,
    `Under way: ${under_way}`,
  ].join("\n");
}

function table(title: string, rows: readonly (Sums & { readonly name: string })[]): string[] {
  if (rows.length === 0) return [];
  const width = Math.max(title.length, ...rows.map(({ name }) => name.length));
  const line = (name: string, ...cells: readonly string[]) =>
    [name.padEnd(width), ...cells.map((cell) => cell.padStart(10))].join("  ");
  const lines = rows.map(({ name, requests, hits, bytes, mean_ms }) =>
    line(name, `${requests}`, `${hits}`, bytesText(bytes), `${mean_ms}`)
  );
  return ["", line(title, "REQUESTS", "HITS", "BYTES", "MEAN MS"), ...lines];
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 1000) / 10}%`;
}

const UNITS: readonly string[] = ["B", "KiB", "MiB", "GiB", "TiB"];

function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes === 0 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${Math.round(bytes / 1024 ** power * 10) / 10} ${UNITS[power]}`;
}
