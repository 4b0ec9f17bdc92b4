/**
 * The part of the page about jobs: what each does, and what ran last. The runs are asked for only where there are jobs, and
 * again only once something has happened.
 */
export const JOBS_SCRIPT = `
const OUTCOME = { ok: "good", running: "good", queued: "warn", retrying: "warn", cancelled: "warn", failed: "bad",
  timeout: "bad", interrupted: "bad", skipped: "note" };
const RUNS = 20;
let runsSeen = "";
const stateOf = (j) => j.running ? "running" : j.retrying ? "retrying" : j.queued > 0 ? "queued" : !j.enabled ? "disabled"
  : j.paused ? "paused" : j.problem ? "broken" : j.next_at ? "scheduled" : "waiting";
const kindOf = (j) => j.problem || j.overdue_since || j.lingering ? "bad" : j.running ? "good"
  : j.paused || j.retrying || j.queued > 0 ? "warn" : j.enabled ? "" : "note";
const at = (iso) => iso ? new Date(iso).toLocaleString() : "–";
const until = (iso) => iso ? "in " + ago(Math.max(0, (Date.parse(iso) - Date.now()) / 1000)) : "–";
const since = (iso) => ago(Math.max(0, (Date.now() - Date.parse(iso)) / 1000)) + " ago";
function heading(row, text) {
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = plain(text);
  row.append(name);
}
function remarkOf(j) {
  const skip = j.last_skip && (!j.last || j.last_skip.slot > j.last.slot) ? j.last_skip : null;
  return [j.problem, j.left_out, j.overdue_since && "overdue since " + at(j.overdue_since), j.in_flight > 1 && j.in_flight + " at once",
    j.queued > 0 && j.queued + " queued", j.retrying && j.next_retry_at && "next attempt " + until(j.next_retry_at),
    j.lingering && "the code of run " + j.lingering.map((one) => one.run).join(", ") + " ignores its signal, and goes on",
    j.paused && j.paused_until && "until " + at(j.paused_until),
    skip && "skipped: " + skip.reason, j.last?.outcome !== "ok" && j.last?.reason].filter(Boolean).join(", ");
}
function job(body, j) {
  const row = body.insertRow();
  heading(row, j.name);
  cell(row, stateOf(j), kindOf(j));
  cell(row, j.schedule || "by hand", "text");
  cell(row, j.last ? j.last.outcome + (j.last.outcome === "failed" && j.last.exit ? ", " + endOf(j.last.exit) : "") : "never",
    j.last ? OUTCOME[j.last.outcome] : "note");
  cell(row, j.last ? since(j.last.started_at ?? j.last.slot) : "–", "number");
  cell(row, ago(j.last?.duration_s), "number");
  cell(row, until(j.next_at), "number");
  cell(row, j.triggers, "number");
  cell(row, remarkOf(j), "text");
}
function run(body, r) {
  const row = body.insertRow();
  heading(row, r.id);
  cell(row, r.job);
  cell(row, at(r.slot));
  cell(row, r.trigger + (r.detail ? ", " + r.detail : ""), "text");
  cell(row, r.state, OUTCOME[r.state]);
  cell(row, ago(r.duration_s), "number");
  cell(row, [r.exit && r.exit.code !== 0 && endOf(r.exit), r.reason, r.slots > 1 && r.slots + " slots",
    r.attempts > 1 && r.attempts + " attempts"].filter(Boolean).join(", "), "text");
}
function fill(id, rows, draw) {
  const body = document.createElement("tbody");
  for (const one of rows) draw(body, one);
  $(id).tBodies[0].replaceWith(body);
}
function renderJobs(s) {
  $("jobs-part").hidden = s.jobs.length === 0;
  if (s.jobs.length === 0) return;
  const { paused, paused_until, work_hours: hours } = s.scheduler;
  show("scheduler", [paused ? "The scheduler is paused" + (paused_until ? " until " + at(paused_until) : "") + "." : "",
    hours.enabled ? "Work hours " + hours.hours + (hours.in_hours ? ", now inside." : ", now outside.") : ""]
    .filter(Boolean).join(" "));
  $("scheduler").className = paused ? "warn" : "note";
  fill("jobs", s.jobs, job);
}
async function loadRuns(s) {
  const seen = JSON.stringify(s.jobs.map((j) => [j.name, j.triggers, j.in_flight, j.queued, j.last, j.last_skip]));
  if (s.jobs.length === 0 || seen === runsSeen) return;
  try {
    const answer = await fetch("/api/v1/runs?limit=" + RUNS, { cache: "no-store", signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error("runs " + answer.status);
    const { runs } = await answer.json();
    $("runs-part").hidden = runs.length === 0;
    fill("runs", runs, run);
    runsSeen = seen;
  } catch (error) {
    console.warn("no runs", error);
  }
}
`;

/** A column, its numbers on the right or not. */
export type Column = readonly [label: string, kind?: "number"];

const JOB_COLUMNS: readonly Column[] = [
  ["Job"],
  ["State"],
  ["Schedule"],
  ["Last"],
  ["Began", "number"],
  ["Took", "number"],
  ["Next", "number"],
  ["Triggers", "number"],
  ["Remark"],
];

const RUN_COLUMNS: readonly Column[] = [
  ["Run"],
  ["Job"],
  ["Slot"],
  ["Trigger"],
  ["State"],
  ["Took", "number"],
  ["Remark"],
];

/** The cells of a table's head. */
export function headCells(columns: readonly Column[]): string {
  return columns.map(([label, kind]) => `<th scope="col"${kind ? ` class="${kind}"` : ""}>${label}</th>`).join("");
}

/** The tables; hidden until there are jobs. */
export const JOBS_HTML = `<section id="jobs-part" hidden>
<h2 id="jobs-title">Jobs</h2>
<p id="scheduler" class="note"></p>
${tableHtml("jobs", JOB_COLUMNS)}
</section>
<section id="runs-part" hidden>
<h2 id="runs-title">Last runs</h2>
${tableHtml("runs", RUN_COLUMNS)}
</section>`;

function tableHtml(id: string, columns: readonly Column[]): string {
  return `<div class="scroll" role="region" aria-labelledby="${id}-title" tabindex="0">
<table id="${id}" aria-labelledby="${id}-title"><thead><tr>${headCells(columns)}</tr></thead><tbody></tbody></table>
</div>`;
}
