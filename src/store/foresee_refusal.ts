import { join } from "node:path";
import { errnoOf, messageOf } from "../base/errors.ts";
import type { Files } from "../system/files.ts";
import { scratchDirectory } from "../system/scratch.ts";
import type { OpenSqlite, ReadOnlyOptions, Sqlite } from "../system/sqlite.ts";
import { refuseStrange } from "./claim.ts";
import { checkKinds, closeQuietly, openDatabase } from "./database.ts";
import { refuseForeign } from "./foreign.ts";
import type { MigrationList, Refusal } from "./messages.ts";
import { missingSteps } from "./missing_steps.ts";
import { RefusedError } from "./refused.ts";
import { DamagedError, EMPTIED, faultOf } from "./trouble.ts";

/** A database that somebody is about to open, and who looks at it. */
export interface ForeseeInput {
  readonly files: Files;
  readonly path: string;
  /** Somebody chose the place: what is damaged there and not known to be ours is refused. */
  readonly isChosen: boolean;
  readonly lists: readonly MigrationList[];
  /** Makes a connection that only reads. */
  readonly read: (path: string, options: ReadOnlyOptions) => Sqlite;
  /** For the copy. */
  readonly open: OpenSqlite;
  /** Wall time in milliseconds. */
  readonly now: number;
}

/** Largest database, with its log, that is copied for the steps to be tried on, in bytes; it takes about a second. */
const COPIED_SIZE = 64 * 1024 * 1024;

/** Milliseconds that reading waits for a lock; readers of a write-ahead log hardly ever meet one. */
const BUSY_MS = 500;

/**
 * Why the database would be refused to whoever opens it with these lists; undefined where nothing speaks against it, or
 * that cannot be known from outside: it is damaged, ours, and would be set aside, or cannot be read. Another process may
 * have it open meanwhile: it is only read, without a lock that keeps a writer waiting. Steps that are missing are taken on
 * a copy, which is of one moment; not in a transaction on the file itself, which would keep its owner from writing.
 */
export function foreseeRefusal(input: ForeseeInput): Refusal | undefined {
  const seen: Seen = { isOurs: false };
  try {
    tryToOpen(input, seen);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
    if (faultOf(error) === "corrupt") return strangeness(input, { ...seen, reason: messageOf(error) });
    if (errnoOf(error) === undefined && faultOf(error) === "bug") throw error;
    return undefined;
  }
}

/** What was found out before something went wrong. */
interface Seen {
  isOurs: boolean;
}

/** Of a damaged one: why it would not be set aside. */
function strangeness(
  { files, ...input }: ForeseeInput,
  found: Seen & { readonly reason: string },
): Refusal | undefined {
  try {
    refuseStrange(files, { ...input, ...found });
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
    throw error;
  }
}

function tryToOpen(input: ForeseeInput, seen: Seen): void {
  const { files, path } = input;
  checkKinds(files, path);
  const file = files.stat(path);
  const size = file?.size ?? 0;
  const logged = files.stat(`${path}-wal`)?.size ?? 0;
  const isShared = files.stat(`${path}-shm`) !== undefined;
  if (size === 0 && logged > 0) {
    seen.isOurs = file === undefined;
    throw new DamagedError(EMPTIED);
  }
  if (size === 0) return trySteps(input);
  if (!isShared && logged > 0) return; // A crash of the host: without its log it says nothing.
  const db = input.read(path, { isShared });
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA trusted_schema = OFF`);
    seen.isOurs = refuseForeign(db, input.lists, { path });
    const missing = missingSteps(db, input.lists, { path });
    if (missing.length === 0 || size + logged > COPIED_SIZE || missing.some(reachesOut)) return;
    trySteps(input, db);
  } finally {
    closeQuietly(db);
  }
}

/** The only statement by which a step could change more than the file that it is carried out on. */
function reachesOut({ step: { sql } }: ReturnType<typeof missingSteps>[number]): boolean {
  return /\battach\b/i.test(sql);
}

/** Opens a copy as the file would be opened; of no file it is an empty one. */
function trySteps(input: ForeseeInput, db?: Sqlite): void {
  const { files, open, path, lists, now } = input;
  using scratch = scratchDirectory("appd-trial");
  const copy = join(scratch.path, "copy.db");
  db?.run("VACUUM INTO ?", [copy]);
  openDatabase({ files, open, path: copy, called: path, lists, now, damaged: () => {} }).db.close();
}
