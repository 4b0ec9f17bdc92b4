/**
 * The part of the page's script that draws what a program used: one line for CPU and one for memory, over the same time in
 * all rows. The past comes once from the history route; from then on the status that the page asks for anyway adds to it.
 */
export const CHART_SCRIPT = `
const HOUR = 3600000, EVERY = 10000, GAP = 25000, WIDE = 96, HIGH = 24;
const charts = new Map();
let loading = false;
function note(p, now) {
  const chart = charts.get(p.name) ?? { points: [], seen: -Infinity };
  charts.set(p.name, chart);
  if (now - chart.seen > GAP) chart.wanted = true;
  chart.seen = now;
  const last = chart.points.at(-1);
  if (p.rss_bytes === null || p.rss_bytes === undefined || (last && now - last.at < EVERY)) return;
  chart.points.push({ at: now, cpu: p.cpu_percent, rss: p.rss_bytes });
  while (chart.points[0].at < now - HOUR) chart.points.shift();
}
async function loadHistory(names) {
  if (loading) return;
  loading = true;
  try {
    for (const known of charts.keys()) if (!names.includes(known)) charts.delete(known);
    for (const name of names) {
      const chart = charts.get(name);
      if (!chart?.wanted) continue;
      chart.wanted = false;
      const answer = await fetch("/api/v1/programs/" + encodeURIComponent(name) + "/history",
        { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (!answer.ok) continue;
      const past = (await answer.json()).samples
        .map((s) => ({ at: Date.parse(s.at), cpu: s.cpu_percent, rss: s.rss_bytes }));
      const end = past.at(-1)?.at ?? 0;
      chart.points = past.concat(chart.points.filter((point) => point.at > end));
    }
  } catch (error) {
    console.warn("no history", error);
  } finally {
    loading = false;
  }
}
const spanOf = (now) => {
  let oldest = now;
  for (const { points } of charts.values()) if (points.length > 0) oldest = Math.min(oldest, points[0].at);
  return Math.min(HOUR, Math.max(300000, now - oldest));
};
function draw(points, key, { now, span, least, what }) {
  if (points.length === 0) return "";
  const box = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const top = Math.max(least, ...points.map((point) => point[key] ?? 0));
  let d = "", last = -Infinity;
  for (const { at, [key]: value } of points) {
    if (value === null || at < now - span) continue;
    const x = (1 - (now - at) / span) * WIDE, y = HIGH - 1 - value / top * (HIGH - 2);
    d += (at - last > GAP ? "M" : "L") + x.toFixed(1) + " " + y.toFixed(1);
    if (at - last > GAP) d += "h.01";
    last = at;
  }
  const line = document.createElementNS(box.namespaceURI, "path");
  line.setAttribute("d", d);
  box.setAttribute("viewBox", "0 0 " + WIDE + " " + HIGH);
  box.setAttribute("class", key);
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", what(top));
  const title = document.createElementNS(box.namespaceURI, "title");
  title.textContent = what(top);
  box.append(title, line);
  return box;
}
`;

/** The style of those lines. */
export const CHART_STYLE = `
svg { display: block; width: 6rem; height: 1.5rem; margin-left: auto; border-bottom: 1px solid var(--line); }
path { fill: none; stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
.cpu path { stroke: var(--cpu); } .rss path { stroke: var(--rss); }
`;
