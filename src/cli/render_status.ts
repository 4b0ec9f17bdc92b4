import { humanDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import type { StatusReport } from "../base/reports.ts";
import { renderPrograms } from "./render_programs.ts";
import type { Style } from "./style.ts";
import { humanTime } from "./time_text.ts";

/** What the report is drawn with and from. */
export interface StatusView {
  readonly style: Style;
  /** Wall time in milliseconds since the epoch. */
  readonly now: number;
  /** The user's home directory, shown as `~`. */
  readonly userHome: string;
  /** The daemon died and left its PID file. */
  readonly dead: boolean;
  /** Without the paths, which do not change while somebody watches. */
  readonly live?: boolean;
}

type Row = readonly [label: string, text: string | null | undefined];

/** The report for people, as lines. */
export function renderStatus(report: StatusReport, view: StatusView): string[] {
  const { style } = view;
  const title = report.instance === "default" ? report.name : `${report.name} (${escapeControls(report.instance)})`;
  const programs = renderPrograms(report.programs, view);
  return [
    style.bold(`${title} status`),
    "",
    ...rows(0, headRows(report, view)),
    ...(view.live ? [] : ["", style.bold("Configuration:"), ...rows(2, configurationRows(report, view))]),
    ...(programs.length === 0 ? [] : ["", style.bold("Programs:"), ...programs.map((line) => `  ${line}`)]),
    ...schedulerLines(report, view),
  ];
}

function headRows(report: StatusReport, view: StatusView): Row[] {
  const { uptime_s: uptime, started_at: started, pid, url, health, shutdown } = report;
  const running = report.state !== "stopped" && report.answers !== false;
  return [
    ["Status", stateText(report, view)],
    ["PID", pid === null ? null : String(pid)],
    ["Uptime", uptime === null ? null : humanDuration(uptime * 1000)],
    ["Started", started === null ? null : humanTime(started)],
    ["URL", running ? url ?? "none, control socket only" : null],
    ["Health", health === null ? null : healthText(health, view.style)],
    ...report.problems.map((problem): Row => ["Problem", escapeControls(problem)]),
    ["Version", running && !view.live ? report.version : null],
    ["Trial", trialText(report)],
    ["Reload", view.live && !report.last_reload?.ok ? reloadText(report, view) : null],
    [
      "Shutdown",
      shutdown && `until ${humanTime(shutdown.deadline)}, remaining: ${shutdown.remaining.join(", ") || "nothing"}`,
    ],
  ];
}

function configurationRows(report: StatusReport, view: StatusView): Row[] {
  return [
    ["Config", shorten(report.config_file, view)],
    ["Logs", shorten(report.log_file, view)],
    ["PID file", shorten(report.pid_file, view)],
    ["Socket", shorten(report.socket, view)],
    ["Reload", reloadText(report, view)],
  ];
}

function stateText(report: StatusReport, view: StatusView): string {
  const { style } = view;
  if (report.state === "stopped") {
    return view.dead ? style.bad("dead (a PID file was left behind)") : style.dim("not running");
  }
  if (report.answers === false) return style.bad("not responding (end it by force if need be: stop)");
  return report.state === "ready" ? style.good("running") : style.warn(report.state);
}

function healthText(health: string, style: Style): string {
  return health === "healthy" ? style.good(health) : style.warn(health);
}

/** The new configuration, which somebody has to confirm. */
function trialText({ last_reload: reload }: StatusReport): string | null {
  if (reload === null || reload.confirm_until === null) return null;
  return `the reload is on trial until ${humanTime(reload.confirm_until)}, keep it: appd reload confirm`;
}

function reloadText({ last_reload: reload }: StatusReport, view: StatusView): string | null {
  if (reload === null) return null;
  const at = humanTime(reload.at);
  if (reload.ok) return `ok at ${at}`;
  return view.style.bad(`failed at ${at}`) + `: ${escapeControls(firstLine(reload.error ?? "unknown reason"))}`;
}

function schedulerLines({ scheduler, jobs }: StatusReport, view: StatusView): string[] {
  const { work_hours: hours } = scheduler;
  if (jobs.length === 0 && !scheduler.paused && !hours.enabled && scheduler.next_at === null) return [];
  return [
    "",
    view.style.bold("Scheduler:"),
    ...rows(2, [
      ["Paused", String(scheduler.paused)],
      ["Triggers", String(scheduler.triggers)],
      ["Last", scheduler.last_at && humanTime(scheduler.last_at)],
      ["Next trigger", scheduler.next_at && humanDuration(Math.max(0, Date.parse(scheduler.next_at) - view.now))],
    ]),
    "",
    view.style.bold("Work hours:"),
    ...rows(2, [
      ["Enabled", String(hours.enabled)],
      ["Hours", hours.hours && `${hours.hours}${hours.timezone === null ? "" : ` ${hours.timezone}`}`],
      ["In hours", String(hours.in_hours)],
    ]),
  ];
}

/** `Label:  text` with aligned texts; a row without a text is left out. */
function rows(indent: number, all: readonly Row[]): string[] {
  const shown = all.filter((row): row is readonly [string, string] => typeof row[1] === "string");
  const width = Math.max(11, ...shown.map(([label]) => label.length + 2));
  return shown.map(([label, text]) => `${" ".repeat(indent)}${`${label}:`.padEnd(width)} ${text}`);
}

function shorten(path: string, view: StatusView): string {
  const home = view.userHome;
  const shown = home.length > 1 && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
  return escapeControls(shown);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
