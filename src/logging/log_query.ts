import { LOG_LEVELS, type LogLevel } from "../base/logger.ts";

/** Which lines of a log to read. */
export interface LogQuery {
  /** The last so many of those that match; Infinity for all. */
  readonly lines: number;
  /** Wall time in milliseconds: only lines from then on. A line without a time belongs to the one before it. */
  readonly since?: number | undefined;
  /** Only records of this level or a graver one; lines that are no records do not match. */
  readonly level?: LogLevel | undefined;
  /**
   * Name of a logger: only its records and those of the loggers below it; of `NAME.services.X` and `NAME.jobs.X` also what
   * is told of X.
   */
  readonly logger?: string | undefined;
  /** Matched against the line as UTF-8 text. */
  readonly grep?: RegExp | undefined;
}

/** Says of each line of a file, in order, whether it matches. */
export type LineFilter = (line: Uint8Array) => boolean;

const HEAD = 256;
const TIME = /^(?:\{"timestamp":")?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)[ "]/;
const LOGGER = /^(?:\S+Z (?:DEBUG|INFO|WARN|ERROR) +([^\s:]+): |\{.*?"logger":"([^"]+)")/;
const LEVEL = /^(?:\S+Z (DEBUG|INFO|WARN|ERROR) |\{.*?"level":"(debug|info|warn|error)")/;

/** A filter for one file; undefined when every line matches. It remembers the time of the last line that had one. */
export function lineFilter(query: Omit<LogQuery, "lines">): LineFilter | undefined {
  const { since, level, logger, grep } = query;
  const all = [sinceFilter(since), levelFilter(level), loggerFilter(logger), grepFilter(grep)];
  const filters = all.filter((filter) => filter !== undefined);
  if (filters.length === 0) return undefined;
  return (line) => filters.every((matches) => matches(line));
}

/** The time in milliseconds that a line of text or JSON begins with. */
export function timeOf(line: Uint8Array): number | undefined {
  const first = line[0];
  if (first === undefined || !(first === 0x7b || (first >= 0x30 && first <= 0x39))) return undefined;
  const time = TIME.exec(textOf(line.subarray(0, HEAD)))?.[1];
  return time === undefined ? undefined : Date.parse(time);
}

/** The level of a record in text or JSON. */
export function levelOf(line: Uint8Array): LogLevel | undefined {
  const [, word, name] = LEVEL.exec(textOf(line.subarray(0, HEAD))) ?? [];
  return (name ?? word?.toLowerCase()) as LogLevel | undefined;
}

/** The logger of a record in text or JSON. */
function loggerOf(line: Uint8Array): string | undefined {
  const [, inText, inJson] = LOGGER.exec(textOf(line.subarray(0, HEAD))) ?? [];
  return inText ?? inJson;
}

function sinceFilter(since: number | undefined): LineFilter | undefined {
  if (since === undefined) return undefined;
  let late = true;
  return (line) => late = (timeOf(line) ?? (late ? Infinity : -Infinity)) >= since;
}

function levelFilter(level: LogLevel | undefined): LineFilter | undefined {
  if (level === undefined) return undefined;
  const least = LOG_LEVELS.indexOf(level);
  return (line) => {
    const found = levelOf(line);
    return found !== undefined && LOG_LEVELS.indexOf(found) >= least;
  };
}

function loggerFilter(logger: string | undefined): LineFilter | undefined {
  if (logger === undefined) return undefined;
  const told = toldOf(logger);
  return (line) => {
    const found = loggerOf(line);
    return found === logger || found?.startsWith(`${logger}.`) === true || told(found, line);
  };
}

/** Whether a record is of those who watch over a service or a job, and about it: `program=X`, `job=X`. */
function toldOf(logger: string): (found: string | undefined, line: Uint8Array) => boolean {
  const [, root, kind, name = ""] = /^(.+)\.(services|jobs)\.(.+)$/.exec(logger) ?? [];
  if (root === undefined) return () => false;
  const key = kind === "jobs" ? "job" : "program";
  const field = new RegExp(`(?: ${key}=|"${key}":")${name.replaceAll(".", "\\.")}(?=[ "]|$)`);
  return (found, line) => found === `${root}.${key}s` && field.test(textOf(line));
}

function grepFilter(grep: RegExp | undefined): LineFilter | undefined {
  if (grep === undefined) return undefined;
  const pattern = new RegExp(grep.source, grep.flags.replaceAll(/[gy]/g, "")); // Those two keep a position.
  return (line) => pattern.test(textOf(line));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
