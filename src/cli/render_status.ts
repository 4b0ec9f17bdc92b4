import { humanDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import { guardText } from "../base/guard_text.ts";
import type { StatusReport } from "../base/status_report.ts";
import { isDeath } from "../instance/last_end.ts";
import type { Advise } from "./advice.ts";
import { homePath, labelled, type LabelledRow as Row, section } from "./layout.ts";
import { renderPrograms } from "./render_programs.ts";
import { renderRepositories, schedulerLines } from "./render_scheduler.ts";
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
  /** The service that it is installed as, in one line. */
  readonly service?: string | undefined;
  /** For the commands in it; default: they stay as they are. */
  readonly advise?: Advise;
}

/** The report for people, as lines. */
export function renderStatus(report: StatusReport, view: StatusView): string[] {
  const { style } = view;
  const title = report.instance === "default" ? report.name : `${report.name} (${escapeControls(report.instance)})`;
  const programs = renderPrograms(report.programs, view);
  return [
    style.bold(`${title} status`),
    "",
    ...labelled(0, headRows(report, view)),
    ...(view.live ? [] : ["", style.bold("Configuration:"), ...labelled(2, configurationRows(report, view))]),
    ...section("Programs", programs, style),
    ...schedulerLines(report, view),
    ...section("Repositories", renderRepositories(report.repositories, view), style),
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
    ["Mode", report.mode ?? null],
    ["URL", running ? url ?? "none, control socket only" : null],
    ["Service", view.service === undefined ? null : (view.advise ?? ((text) => text))(view.service)],
    ["Health", health === null ? null : healthText(health, view.style)],
    ...report.problems.map((problem): Row => ["Problem", escapeControls(problem)]),
    ["Guard", report.guard === undefined ? null : escapeControls(guardText(report.guard, view.now))],
    ["Last end", lastEndText(report)],
    ["Version", running && !view.live ? report.version : null],
    ["Trial", trialText(report, view)],
    ["Restart", restartText(report, view)],
    ["Reload", view.live && !report.last_reload?.ok ? reloadText(report, view) : null],
    [
      "Shutdown",
      shutdown && `until ${humanTime(shutdown.deadline)}, remaining: ${shutdown.remaining.join(", ") || "nothing"}`,
    ],
  ];
}

function configurationRows(report: StatusReport, view: StatusView): Row[] {
  return [
    ["Config", homePath(report.config_file, view)],
    ["Logs", homePath(report.log_file, view)],
    ["PID file", homePath(report.pid_file, view)],
    ["Socket", homePath(report.socket, view)],
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

/** An orderly end is no news. */
function lastEndText({ last_end: last }: StatusReport): string | null {
  if (last === null || last === undefined || last.how === "clean") return null;
  const at = last.at === null ? "" : `, ${isDeath(last) ? "last seen " : ""}${humanTime(last.at)}`;
  return `${last.how}${at}${last.detail === null ? "" : `: ${escapeControls(last.detail)}`}`;
}

/** The new configuration, which somebody has to confirm. */
function trialText({ last_reload: reload }: StatusReport, { advise = (text) => text }: StatusView): string | null {
  if (reload === null || reload.confirm_until === null) return null;
  return `the reload is on trial until ${humanTime(reload.confirm_until)}, keep it: ${advise("appd reload confirm")}`;
}

/** What was reloaded and is not in effect yet. */
function restartText({ needs_restart: keys }: StatusReport, { advise = (text) => text }: StatusView): string | null {
  return keys === undefined ? null : `needed for ${keys.join(", ")}: ${advise("appd restart")}`;
}

function reloadText({ last_reload: reload }: StatusReport, view: StatusView): string | null {
  if (reload === null) return null;
  const at = humanTime(reload.at);
  if (reload.ok) return `ok at ${at}`;
  return view.style.bad(`${reload.taken_back ? "taken back" : "failed"} at ${at}`) +
    `: ${escapeControls(firstLine(reload.error ?? "unknown reason"))}`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
