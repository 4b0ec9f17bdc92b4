import { escapeControls } from "../base/escape.ts";
import type { EventReport } from "../base/event_report.ts";
import type { Style } from "./style.ts";

/** `2025-11-01T10:30:00.123Z WARN  web: program ended after 3s: exit code 1`, in the form of the log. */
export function renderEvent({ at, level, program, job, message }: EventReport, style: Style): string {
  const paint = { debug: style.dim, info: (text: string) => text, warn: style.warn, error: style.bad }[level];
  const whose = program ?? job;
  const who = whose === undefined ? "" : `${whose}: `;
  return `${style.dim(at)} ${paint(level.toUpperCase().padEnd(5))} ${escapeControls(who + message)}`;
}
