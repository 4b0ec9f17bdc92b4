import { humanDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import { familyOf, isUp } from "../base/program_names.ts";
import type { ProgramExit, ProgramStatus } from "../base/program_reports.ts";
import { formatSize } from "../base/size.ts";
import type { Style } from "./style.ts";
import { type Cell, free, spare, table } from "./table.ts";

const HEAD = [
  free("NAME"),
  "STATE",
  "READY",
  ...["PID", "UPTIME", "RESTARTS", "CPU", "MEM"].map(spare),
  free("NOTE"),
];

/** How programs are drawn. */
export interface ProgramsView {
  readonly style: Style;
  /** Wall time in milliseconds since the epoch, for "retry in". */
  readonly now: number;
}

/** The table of programs as lines, instances below a line that sums them up; empty without programs. */
export function renderPrograms(programs: readonly ProgramStatus[], view: ProgramsView): string[] {
  if (programs.length === 0) return [];
  const families = Map.groupBy(programs, familyOf);
  const rows = [...families].flatMap(([family, members]) => {
    const [only] = members;
    if (members.length === 1 && only !== undefined) return [row(only, { indent: "", view })];
    return [sumRow(family, { members, view }), ...members.map((member) => row(member, { indent: "  ", view }))];
  });
  return table(HEAD, rows, view.style);
}

function row(program: ProgramStatus, { indent, view }: { indent: string; view: ProgramsView }): Cell[] {
  const { pid, uptime_s: uptime } = program;
  return [
    { text: indent + escapeControls(program.name) },
    { text: stateWord(program), paint: paintOf(program, view.style) },
    { text: program.ready ? "yes" : "no" },
    { text: pid === null ? "-" : String(pid) },
    { text: uptime === null ? "-" : humanDuration(uptime * 1000) },
    { text: String(program.restarts) },
    { text: percent(program.cpu_percent) },
    { text: size(program.rss_bytes) },
    { text: noteOf(program, view.now) },
  ];
}

/** All instances of a program in one line. */
function sumRow(family: string, group: { members: readonly ProgramStatus[]; view: ProgramsView }): Cell[] {
  const { members, view } = group;
  const worst = members.find((one) => stateWord(one) !== "running") ?? members[0];
  return [
    { text: escapeControls(family) },
    { text: statesOf(members), ...(worst === undefined ? {} : { paint: paintOf(worst, view.style) }) },
    { text: `${members.filter(({ ready }) => ready).length}/${members.length}` },
    { text: "-" },
    { text: "-" },
    { text: String(members.reduce((sum, { restarts }) => sum + restarts, 0)) },
    { text: percent(sumOf(members.map((one) => one.cpu_percent))) },
    { text: size(sumOf(members.map((one) => one.rss_bytes))) },
    { text: "-" },
  ];
}

/** `running`, or `3/4 running` where they differ. */
export function statesOf(members: readonly ProgramStatus[]): string {
  const counts = new Map<string, number>();
  for (const member of members) counts.set(stateWord(member), (counts.get(stateWord(member)) ?? 0) + 1);
  const [[word, count] = ["", 0]] = [...counts].sort(([, a], [, b]) => b - a);
  return counts.size === 1 ? word : `${count}/${members.length} ${word}`;
}

/** The state in a word or two: one that waits for a dependency and a crash loop are told from the rest. */
export function stateWord(program: ProgramStatus): string {
  const { state, crash_loop: looping, waiting_for: waits = [] } = program;
  if (waits.length > 0 && !isUp(program)) return "waiting";
  return looping ? "crash loop" : state;
}

function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function percent(value: number | null): string {
  return value === null ? "-" : `${value.toFixed(1)}%`;
}

function size(value: number | null): string {
  return value === null ? "-" : formatSize(value);
}

function paintOf(program: ProgramStatus, style: Style): (text: string) => string {
  if (program.state === "failed" || program.crash_loop) return style.bad;
  if (program.state === "running") return program.ready && program.live !== false ? style.good : style.warn;
  return program.state === "exited" || program.state === "stopped" ? style.dim : style.warn;
}

/** What it waits for, how it ended, when it is tried again, what its probes say and what it left behind. */
function noteOf(program: ProgramStatus, now: number): string {
  const { next_retry_at: retry, note, leftovers = [], waiting_for: waits = [], lingering } = program;
  const notes = [
    ...(waits.length > 0 && !isUp(program) ? [`for ${waits.join(" and ")}`] : []),
    ...endOf(program),
    ...(retry === null ? [] : [`retry in ${humanDuration(Math.max(0, Date.parse(retry) - now))}`]),
    ...(program.live === false ? ["not alive"] : []),
    ...(note ? [note] : []),
    ...(lingering ? [`ignores its signal for ${humanDuration(Math.max(0, now - Date.parse(lingering.since)))}`] : []),
    ...(program.removed ? ["not in the configuration any more"] : []),
    ...(leftovers.length === 0
      ? []
      : [`left behind: ${leftovers.map(({ pid, command }) => `${pid} (${command})`).join(", ")}`]),
    ...(program.adopted && program.state === "running" ? ["adopted"] : []),
  ];
  return notes.map(escapeControls).join(", ") || "-";
}

/**
 * Why it is down, where that is nobody's wish: how it ended, or what kept it from running, which then matters more than an
 * end that appd itself or an earlier life brought about.
 */
function endOf({ state, exit, error }: ProgramStatus): string[] {
  if (state !== "backoff" && state !== "exited" && state !== "failed") return [];
  const isOfExit = error === null || /^(exit code \d+|killed by SIG.*|unknown exit)$/.test(error);
  if (exit !== null && isOfExit) return [exitPhrase(exit)];
  return error === null ? [] : [error];
}

/** `exit 1`, what a service threw, `killed by SIGKILL (out of memory)`, `exit unknown`. */
export function exitPhrase({ code, signal, error, out_of_memory: oom }: ProgramExit): string {
  if (error !== undefined) return error;
  if (signal !== null) return `killed by ${signal}${oom ? " (out of memory)" : ""}`;
  return code === null ? "exit unknown" : `exit ${code}`;
}
