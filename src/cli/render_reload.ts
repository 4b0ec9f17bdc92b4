import { formatDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import type { ProgramPlan, ReloadResult } from "../base/reload_reports.ts";
import { type Cell, table } from "./table.ts";

/** What each part of a plan is marked with, as diff(1) marks lines. */
const MARKS: readonly (readonly [part: keyof ProgramPlan, mark: string])[] = [
  ["start", "+"],
  ["stop", "-"],
  ["restart", "!"],
  ["update", "~"],
  ["keep", "="],
];

/** How a reload is told. */
export interface ReloadView {
  /** Name of the program, before the colon. */
  readonly program: string;
  /** Milliseconds in which it has to be confirmed. */
  readonly confirmMs?: number | undefined;
}

/** One line, and below it one for each program and each setting that changed. */
export function reloadText(result: ReloadResult, { program, confirmMs }: ReloadView): string {
  const settings = settingsOf(result);
  const { keep = [], ...rest } = result.programs ?? {};
  const touched = Object.values(rest).some((names) => names.length > 0);
  const title = titleOf(result, settings.length > 0 || touched);
  const kept = keep.length > 0 && (touched || result.planned);
  const lines: Cell[][] = [
    ...planRows(result.programs, kept ? MARKS : MARKS.filter(([part]) => part !== "keep")),
    ...settings.map(({ key, effect }) => [{ text: `* ${effect}` }, { text: key }]),
  ];
  const rows = table(["", ""], lines).slice(1); // Whole: which programs it is about matters more than the look.
  const late = !result.planned && settings.some(({ effect }) => effect === "needs restart");
  return [
    `${program}: ${title}`,
    ...rows.map((row) => `  ${row}`),
    ...(late ? [`restart to apply the rest: ${program} restart`] : []),
    ...(confirmMs === undefined ? [] : [confirmLine(program, confirmMs)]),
  ].join("\n");
}

/** The keys that changed; a program's are told by the plan. */
function settingsOf({ changes, programs }: ReloadResult): ReloadResult["changes"] {
  return changes.filter(({ key, effect }) =>
    effect !== "unchanged" && !(programs !== undefined && key.startsWith("program."))
  );
}

function titleOf({ planned }: ReloadResult, changes: boolean): string {
  if (planned) return changes ? "a reload would do this (nothing was changed):" : "a reload would change nothing";
  return changes ? "reloaded" : "reloaded, nothing changed";
}

function planRows(plan: ProgramPlan | undefined, marks: typeof MARKS) {
  if (plan === undefined) return [];
  return marks.flatMap(([part, mark]) => {
    const names = plan[part].map(escapeControls);
    if (part !== "keep") return names.map((name) => [{ text: `${mark} ${part}` }, { text: name }]);
    return names.length === 0 ? [] : [[{ text: `${mark} ${part}` }, { text: names.join(", ") }]];
  });
}

function confirmLine(program: string, ms: number): string {
  return `confirm it within ${formatDuration(ms)}, or it is taken back: ${program} reload confirm`;
}
