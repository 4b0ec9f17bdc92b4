import { escapeControls } from "../base/escape.ts";
import type { LogLevel } from "../base/logger.ts";
import type { PlainFields, PlainValue } from "./safe_fields.ts";

/** One event on its way into one line. */
export interface LogEvent {
  /** Wall time in milliseconds. */
  readonly time: number;
  readonly level: LogLevel;
  /** Name of the logger, with dots. */
  readonly logger: string;
  readonly message: string;
  readonly fields: PlainFields;
}

/** Writes an event as one line, without newline; nothing in it can begin another line or drive a terminal. */
export type RecordFormat = (event: LogEvent) => string;

/** Syslog severities, as sd-daemon(3) prefixes lines with. */
const SEVERITY: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

/** `2025-11-01T10:30:00.123Z INFO  appd.scheduler: message key=value`. */
export function formatText(event: LogEvent): string {
  return `${new Date(event.time).toISOString()} ${formatBare(event)}`;
}

/** The text format with the prefix that the journal takes the severity from, and without the time, which it has. */
export function formatJournal(event: LogEvent): string {
  return severityOf(event.level) + formatBare(event);
}

/** The prefix of sd-daemon(3): `<3>`. */
export function severityOf(level: LogLevel): string {
  return `<${SEVERITY[level]}>`;
}

/** `timestamp`, `level`, `logger`, `message`, then the fields; a field of one of these names gets a `_` at its end. */
export function formatJson({ time, level, logger, message, fields }: LogEvent): string {
  const reserved = { timestamp: new Date(time).toISOString(), level, logger, message };
  const record: Record<string, PlainValue> = { ...reserved };
  for (const [key, value] of Object.entries(fields)) record[Object.hasOwn(reserved, key) ? `${key}_` : key] = value;
  return JSON.stringify(record).replace(UNSAFE_IN_JSON, unicodeEscape);
}

function formatBare({ level, logger, message, fields }: LogEvent): string {
  let line = `${level.toUpperCase().padEnd(5)} ${escapeControls(logger)}: ${escapeControls(message)}`;
  for (const [key, value] of Object.entries(fields)) {
    line += ` ${key.replaceAll(UNSAFE_IN_KEY, "_")}=${textValue(value)}`;
  }
  return line;
}

/** What JSON.stringify leaves as it is and a terminal or a viewer does not: DEL, C1, separators, overrides. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const UNSAFE_IN_KEY = /[^\p{L}\p{N}._-]/gu;
const BARE = /^[^\s"=\\]+$/u;

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function textValue(value: PlainValue): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (BARE.test(text) && escapeControls(text) === text) return text;
  return `"${escapeControls(text.replaceAll("\\", "\\\\").replaceAll('"', '\\"'))}"`;
}
