import { humanDuration } from "../base/duration.ts";
import { escapeControls } from "../base/escape.ts";
import type { WhyReport } from "../base/reports.ts";
import { utcTime } from "../base/utc_time.ts";
import { type Style } from "./style.ts";

/** What the answer is drawn with. */
export interface WhyView {
  readonly style: Style;
  /** Wall time in milliseconds. */
  readonly now: number;
}

/** The answer for people, as lines. It comes escaped; what it contains nevertheless is escaped again, to be sure. */
export function renderWhy(report: WhyReport, { style, now }: WhyView): string[] {
  const { summary, chain, last_output, next_retry_at: retry, hints } = report;
  return [
    paintOf(report, style)(escapeControls(summary)),
    ...section(
      style.bold("What happened:"),
      chain.map(({ at, message }) => `${style.dim(utcTime(Date.parse(at)))}  ${escapeControls(message)}`),
    ),
    ...section(style.bold("Last output:"), last_output.map(escapeControls)),
    ...(retry === null ? [] : ["", `Next start: ${utcTime(Date.parse(retry))}, ${waitText(Date.parse(retry) - now)}`]),
    ...section(style.bold("What may help:"), hints.map(escapeControls)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function waitText(ms: number): string {
  return ms <= 0 ? "now" : `in ${humanDuration(ms)}`;
}

function paintOf({ state, next_retry_at }: WhyReport, style: Style): (text: string) => string {
  if (state === "failed") return style.bad;
  if (state === "running") return style.good;
  return state === "backoff" || next_retry_at !== null || state === "starting" ? style.warn : style.bold;
}
