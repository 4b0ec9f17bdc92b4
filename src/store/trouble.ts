import { messageOf } from "../base/errors.ts";
import type { StoreTrouble } from "./store.ts";

/** What a failure of SQLite means: the host's fault, a damaged file, or else a bug in a statement. */
export type Fault = Exclude<StoreTrouble, "closed"> | "corrupt" | "bug";

/**
 * The runtime passes on no result code, only the text of sqlite3_errstr(), which SQLite has not changed in many years
 * (https://sqlite.org/rescode.html). A bug is what no line names.
 */
const TEXTS: readonly (readonly [RegExp, Fault])[] = [
  [/^database (table )?is locked|^locking protocol/, "busy"],
  [/^database or disk is full/, "full"],
  [
    /^database disk image is malformed|^malformed database schema|^file is not a database|^unsupported file format/,
    "corrupt",
  ],
  [/^disk I\/O error|^unable to open database file|^attempt to write a readonly database|^out of memory/, "io"],
];

export function faultOf(error: unknown): Fault {
  if (error instanceof DamagedError) return "corrupt";
  const text = messageOf(error);
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? "bug";
}

/** The file is damaged in a way that SQLite does not see. */
export class DamagedError extends Error {
  override readonly name = "DamagedError";
}

/** Of a file whose log has more than it: SQLite would remove the log. */
export const EMPTIED = "it is empty, its write-ahead log is not";
