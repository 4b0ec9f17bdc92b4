import { CHART_SCRIPT, CHART_STYLE } from "./dashboard_chart.ts";
import { type Column, headCells, JOBS_HTML, JOBS_SCRIPT } from "./dashboard_jobs.ts";

/** What stands between the style tags; its hash is in the policy. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --ground: #fff; --raised: #f6f8fa;
  --good: #1a7f37; --warn: #8a5a00; --bad: #c21c28; --cpu: #0860ca; --rss: #7d3fc4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --soft: #9aa6b2; --line: #3a434d; --ground: #0f1419;
  --raised: #181f26; --good: #4cc76a; --warn: #e0a83a; --bad: #ff7b72; --cpu: #6cb0ff; --rss: #c79bff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 3rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
.state { font-weight: 600; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.note { color: var(--soft); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; margin: 1rem 0; padding: 1rem;
  background: var(--raised); border: 1px solid var(--line); border-radius: .5rem; }
dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
.scroll:focus-visible { outline: 3px solid var(--soft); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .5rem .75rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
tr:last-child > * { border-bottom: 0; } thead th { color: var(--soft); font-size: .85rem; font-weight: 600; }
td.number, th.number { text-align: right; } td.text { white-space: normal; overflow-wrap: anywhere; min-width: 10rem; }
tbody th, tbody td { vertical-align: top; }
${CHART_STYLE}`;

/** What stands between the script tags; its hash is in the policy. Text only ever reaches the page as text. */
export const PAGE_SCRIPT = `${CHART_SCRIPT}${JOBS_SCRIPT}
const $ = (id) => document.getElementById(id);
const KIND = { ready: "good", running: "good", healthy: "good", starting: "warn", reloading: "warn", stopping: "warn",
  backoff: "warn", degraded: "bad", failed: "bad" };
const ago = (s) => {
  if (s === null || s === undefined) return "–";
  const parts = [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]];
  const at = Math.max(0, parts.findIndex(([size]) => s >= size));
  const from = s < 1 ? 3 : at;
  let rest = Math.floor(s);
  return parts.slice(from, from + 2).map(([size, unit]) => {
    const n = Math.floor(rest / size);
    rest -= n * size;
    return n + unit;
  }).join(" ");
};
const size = (b) => b === null || b === undefined ? "–" : (b / 1048576).toFixed(1) + " MiB";
const share = (percent) => percent === null ? "–" : percent.toFixed(1) + " %";
const show = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };
const UNSAFE = /[\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/g;
const plain = (text) => String(text).replace(UNSAFE, "\\ufffd");
function cell(row, text, kind) {
  const td = row.insertCell();
  td.textContent = plain(text);
  if (kind) td.className = kind;
  return td;
}
function endOf(exit) {
  if (!exit) return "–";
  return exit.signal ?? exit.error ?? (exit.code === null ? "unknown" : "code " + exit.code);
}
function program(body, p, view) {
  const points = charts.get(p.name).points;
  const row = body.insertRow();
  heading(row, p.name);
  cell(row, p.crash_loop ? p.state + ", crash loop" : p.state, p.crash_loop ? "bad" : KIND[p.state] ?? "");
  cell(row, p.pid ?? "–", "number");
  cell(row, ago(p.uptime_s), "number");
  cell(row, p.restarts, "number");
  cell(row, share(p.cpu_percent), "number").append(draw(points, "cpu", { ...view, least: 10,
    what: (top) => "CPU of " + p.name + " in the " + view.time + ", top of the scale " + share(top) }));
  cell(row, size(p.rss_bytes), "number").append(draw(points, "rss", { ...view, least: 1,
    what: (top) => "Memory of " + p.name + " in the " + view.time + ", at most " + size(top) }));
  cell(row, p.processes ?? "–", "number");
  cell(row, p.fds ?? "–", "number");
  cell(row, endOf(p.exit));
  cell(row, p.error ?? (p.next_retry_at ? "next try " + new Date(p.next_retry_at).toLocaleTimeString() : ""), "text");
}
function render(s) {
  document.title = s.name + ": " + s.state;
  show("name", s.instance === "default" ? s.name : s.name + " " + s.instance);
  show("state", s.state + (s.health && s.health !== "healthy" ? ", " + s.health : ""));
  $("state").className = "state " + (KIND[s.health] === "bad" ? "bad" : KIND[s.state] ?? "");
  show("pid", String(s.pid ?? "–"));
  show("uptime", ago(s.uptime_s));
  show("mode", s.mode ?? "");
  $("mode-fact").hidden = !s.mode;
  show("version", s.version);
  show("config", s.config_file);
  show("log", s.log_file);
  const r = s.last_reload;
  show("reload", r ? (r.ok ? "ok, " : r.taken_back ? "taken back, " : "failed, ") + new Date(r.at).toLocaleString() + (r.error ? ": " + r.error : "") + (r.confirm_until ? ", on trial until " + new Date(r.confirm_until).toLocaleString() : "") + (s.needs_restart ? "; a restart is needed for " + s.needs_restart.join(", ") : "") : "none yet");
  const body = document.createElement("tbody");
  const now = Date.now();
  for (const p of s.programs) note(p, now);
  const span = spanOf(now);
  const time = "last " + (span >= HOUR ? "hour" : Math.ceil(span / 60000) + " minutes");
  for (const p of s.programs) program(body, p, { now, span, time });
  show("span", "The lines show the " + time + ".");
  $("span").hidden = s.programs.length === 0;
  $("programs").tBodies[0].replaceWith(body);
  $("table").hidden = s.programs.length === 0;
  $("none").hidden = s.programs.length > 0;
  renderJobs(s);
}
async function refresh() {
  try {
    const answer = await fetch("/api/v1/status", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error("status " + answer.status);
    const status = await answer.json();
    render(status);
    show("news", "");
    await loadRuns(status);
    await loadHistory(status.programs.filter((p) => p.kind !== "service").map((p) => p.name));
  } catch (error) {
    show("state", "no answer");
    $("state").className = "state bad";
    show("news", "The daemon does not answer; what is shown may be old. Trying again.");
  }
  if (!document.hidden) setTimeout(refresh, 2000);
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
refresh();
`;

const FACTS: readonly (readonly [id: string, label: string, where?: "not everywhere"])[] = [
  ["pid", "PID"],
  ["uptime", "Uptime"],
  ["mode", "Mode", "not everywhere"],
  ["version", "Version"],
  ["config", "Configuration"],
  ["log", "Log"],
  ["reload", "Last reload"],
];
const COLUMNS: readonly Column[] = [
  ["Program"],
  ["State"],
  ["PID", "number"],
  ["Uptime", "number"],
  ["Restarts", "number"],
  ["CPU", "number"],
  ["Memory", "number"],
  ["Processes", "number"],
  ["Files", "number"],
  ["Last exit"],
  ["Remark"],
];

/** The whole document. @param title name of the program */
export function pageHtml(title: string): string {
  const facts = FACTS.map(([id, label, where]) => {
    const own = where === undefined ? "" : ` id="${id}-fact" hidden`;
    return `<div${own}><dt>${label}</dt><dd id="${id}">–</dd></div>`;
  }).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
<body>
<header><h1 id="name">${title}</h1><p id="state" class="state" role="status">loading</p></header>
<p id="news" class="bad" role="alert"></p>
<noscript><p>This page needs JavaScript. The same is told by <a href="/api/v1/status">/api/v1/status</a>.</p></noscript>
<main>
<dl>
${facts}
</dl>
<h2 id="programs-title">Programs</h2>
<p id="none" class="note" hidden>No program is configured.</p>
<div id="table" class="scroll" role="region" aria-labelledby="programs-title" tabindex="0" hidden>
<table id="programs" aria-labelledby="programs-title"><thead><tr>${
    headCells(COLUMNS)
  }</tr></thead><tbody></tbody></table>
</div>
<p id="span" class="note" hidden></p>
${JOBS_HTML}
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}
