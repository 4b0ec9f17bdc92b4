import { humanDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import type { ProgramStatus } from "../base/reports.ts";
import { formatSize } from "../base/size.ts";
import { type Cell, table } from "./layout.ts";
import type { Style } from "./style.ts";

const HEAD = ["NAME", "STATE", "READY", "PID", "UPTIME", "RESTARTS", "CPU", "MEMORY", "NOTE"];

/** How programs are drawn. */
export interface ProgramsView {
  readonly style: Style;
  /** Wall time in milliseconds since the epoch, for "retry in". */
  readonly now: number;
}

/** The table of programs as lines; empty without programs. */
export function renderPrograms(programs: readonly ProgramStatus[], view: ProgramsView): string[] {
  if (programs.length === 0) return [];
  return table(HEAD, programs.map((program) => row(program, view)));
}

function row(program: ProgramStatus, view: ProgramsView): Cell[] {
  const { pid, uptime_s: uptime, rss_bytes: rss, cpu_percent: cpu } = program;
  return [
    { text: escapeControls(program.name) },
    { text: program.crash_loop ? "crash_loop" : program.state, paint: paintOf(program, view.style) },
    { text: program.ready ? "yes" : "no" },
    { text: pid === null ? "-" : String(pid) },
    { text: uptime === null ? "-" : humanDuration(uptime * 1000) },
    { text: String(program.restarts) },
    { text: cpu === null ? "-" : `${cpu.toFixed(1)}%` },
    { text: rss === null ? "-" : formatSize(rss) },
    { text: noteOf(program, view.now) },
  ];
}

function paintOf(program: ProgramStatus, style: Style): (text: string) => string {
  if (program.state === "failed" || program.crash_loop) return style.bad;
  if (program.state === "running") return style.good;
  return program.state === "exited" || program.state === "stopped" ? style.dim : style.warn;
}

/** The last exit, the next try and the reason, whatever of them there is. */
function noteOf(program: ProgramStatus, now: number): string {
  const { exit, next_retry_at: retry, error } = program;
  const notes = [
    ...(exit === null || program.state === "running" ? [] : [exitText(exit)]),
    ...(retry === null ? [] : [`retry in ${humanDuration(Math.max(0, Date.parse(retry) - now))}`]),
    ...(error === null || exit !== null && program.state === "backoff" ? [] : [escapeControls(error)]),
    ...(program.adopted && program.state === "running" ? ["adopted"] : []),
  ];
  return notes.join(", ") || "-";
}

function exitText(exit: NonNullable<ProgramStatus["exit"]>): string {
  if (exit.signal !== null) return `killed by ${exit.signal}`;
  return exit.code === null ? "exit unknown" : `exit ${exit.code}`;
}
