/** The four levels, quietest last. `warning` is accepted on input and printed as `warn`. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Context of a record; values are written as `key=value` or JSON fields. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What a room needs in order to say something. A call never throws at its caller. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/**
 * Logger of a named part: `http` gives `NAME.http`, nothing `NAME`, the program's own. The names form a tree by their dots.
 */
export type LoggerFactory = (part?: string) => Logger;

/** A logger that says nothing, for tests and for verbs without a daemon. */
export const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };
