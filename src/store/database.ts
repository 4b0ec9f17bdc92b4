import { dirname } from "node:path";
import { errnoOf, messageOf } from "../base/errors.ts";
import type { Files } from "../system/files.ts";
import type { OpenSqlite, Sqlite } from "../system/sqlite.ts";
import type { MigrationList, MigrationState } from "./messages.ts";
import { migrate } from "./migrate.ts";
import { refused } from "./refused.ts";
import { COMPANIONS } from "./set_aside.ts";
import { refuseForeign } from "./foreign.ts";
import { DamagedError, EMPTIED, faultOf } from "./trouble.ts";

/** What is known of a damaged file. */
export interface Known {
  /** What could be read of it shows that it is ours, or nothing was there but a log. */
  readonly isOurs: boolean;
}

/** What opening needs; `now`: wall time in milliseconds. */
export interface OpenInput {
  readonly files: Files;
  readonly open: OpenSqlite;
  readonly path: string;
  /** What messages call the file. Default: its path. */
  readonly called?: string;
  readonly lists: readonly MigrationList[];
  readonly now: number;
  /**
   * Hears that the file is damaged while it is still open, which is when it has to be moved: SQLite takes the log of a file
   * into it on closing, unless the file is no longer at its place. What it throws takes the place of that.
   */
  readonly damaged: (reason: string, known: Known) => void;
}

/** Files up to this size, in bytes, are checked whole at each opening; it takes about 0.1 s. Of larger ones damage is found where it is met. */
const CHECKED_SIZE = 64 * 1024 * 1024;

const MAGIC = "SQLite format 3\0";

/**
 * Of the connection, and not in the file. Explicit, whatever the library was built with. FULL: a commit that was
 * acknowledged survives a loss of power. The log is taken into the file at 1000 pages (4 MiB) and kept below 16 MiB.
 */
const PRAGMAS = [
  "PRAGMA synchronous = FULL",
  "PRAGMA trusted_schema = OFF",
  "PRAGMA cell_size_check = ON",
  "PRAGMA wal_autocheckpoint = 1000",
  "PRAGMA journal_size_limit = 16777216",
];

/** Milliseconds that one attempt to open waits for a lock; who asks tries again. */
const OPEN_BUSY_MS = 500;
/** Milliseconds that a statement waits for a lock of another process. */
const BUSY_MS = 1000;

/** @throws RefusedError for everything but regular files, as a link could lead anywhere and a FIFO would wait for ever */
export function checkKinds(files: Files, path: string): void {
  for (const name of ["", ...COMPANIONS].map((suffix) => path + suffix)) {
    const kind = files.stat(name)?.kind ?? "file";
    if (kind === "file") continue;
    const what = kind === "other" ? "device" : kind === "symlink" ? "symbolic link" : kind;
    throw refused(
      "unavailable",
      `cannot open "${name}": it is a ${what}, not a regular file`,
      `move it away: mv "${name}" "${name}.away"`,
    );
  }
}

/** Finds the file, or makes it for its owner alone. */
function prepare({ files, path }: OpenInput): void {
  checkKinds(files, path);
  const isNew = files.stat(path) === undefined;
  const fd = files.open(path, { access: "readwrite", create: true, mode: 0o600, nonblock: true });
  try {
    checkHead(files, { fd, path });
  } finally {
    files.close(fd);
  }
  if (isNew) files.fsyncDirectory(dirname(path));
}

/** Leaves the files to their owner alone; SQLite gives what it makes beside them the same mode. */
function restrict({ files, path }: OpenInput): void {
  for (const name of ["", ...COMPANIONS].map((suffix) => path + suffix)) {
    if (((files.stat(name)?.mode ?? 0) & 0o177) !== 0) files.chmod(name, 0o600);
  }
}

/**
 * What SQLite would pass over: an emptied file, whose log it removes, and a header that makes the file read-only to it
 * (https://sqlite.org/fileformat2.html, 1.3.3).
 */
function checkHead(files: Files, { fd, path }: { fd: number; path: string }): void {
  const head = new Uint8Array(100);
  const length = files.read(fd, head, 0);
  if (length === 0) {
    if ((files.stat(`${path}-wal`)?.size ?? 0) > 0) throw new DamagedError(EMPTIED);
    return;
  }
  const magic = new TextDecoder("latin1").decode(head.subarray(0, MAGIC.length));
  const [write = 0, read = 0] = head.subarray(18, 20);
  if (length < head.length || magic !== MAGIC || write > 2 || read > 2) throw new DamagedError("its header is damaged");
}

function keepLog(db: Sqlite, path: string): void {
  const mode = db.run("PRAGMA journal_mode = WAL").rows[0]?.journal_mode;
  if (mode !== "wal") {
    const message = `cannot open "${path}": its file system cannot hold a write-ahead log (journal mode ${mode})`;
    throw refused("unavailable", message, "keep the home directory on a local disk: --home DIR");
  }
}

function check(db: Sqlite, size: number): void {
  if (size > CHECKED_SIZE) return;
  const found = db.run("PRAGMA quick_check(1)").rows[0]?.quick_check;
  if (found !== "ok") throw new DamagedError(String(found));
}

/** An open database, and whether its files are still the ones that stand there. */
export interface OpenedDatabase {
  readonly db: Sqlite;
  readonly migrations: MigrationState;
  /** `log moved`: only the write-ahead log or its index was removed or replaced by somebody. */
  place(): "in place" | "log moved" | "moved";
}

function identity(files: Files, paths: readonly string[]): string {
  return paths.map((path) => {
    const stat = files.stat(path);
    return stat ? `${stat.dev}:${stat.ino}` : "-";
  }).join(" ");
}

/**
 * @param file its identity before it was opened: one that came while it was being opened is another one. The log and its
 * index are there as soon as anything was read: one that is not was removed meanwhile.
 */
function watchPlace(files: Files, path: string, file: string): OpenedDatabase["place"] {
  const beside = [`${path}-wal`, `${path}-shm`];
  const log = identity(files, beside);
  const isWhole = !log.split(" ").includes("-");
  return () => {
    if (identity(files, [path]) !== file) return "moved";
    return isWhole && identity(files, beside) === log ? "in place" : "log moved";
  };
}

/**
 * Opens the database, makes it when it is not there, checks it and brings its schema up to date.
 *
 * @throws RefusedError, DamagedError, what SQLite throws, or what node throws
 */
export function openDatabase(input: OpenInput): OpenedDatabase {
  const { files, path, called = path } = input;
  let db: Sqlite | undefined;
  let isOurs = files.stat(path) === undefined; // What may be beside it is the log of one that was removed.
  try {
    prepare(input);
    const file = identity(files, [path]);
    db = input.open(path);
    db.exec(`PRAGMA busy_timeout = ${OPEN_BUSY_MS}`);
    isOurs = refuseForeign(db, input.lists, { path: called }); // Before anything of it is changed.
    for (const pragma of PRAGMAS) db.exec(pragma);
    check(db, files.stat(path)?.size ?? 0); // The same: it may be another's, and damaged.
    restrict(input);
    keepLog(db, path);
    const migrations = migrate(db, input.lists, { path: called, now: input.now });
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    return { db, migrations, place: watchPlace(files, path, file) };
  } catch (error) {
    try {
      if (faultOf(error) === "corrupt") input.damaged(messageOf(error), { isOurs });
    } finally {
      if (db) closeQuietly(db);
    }
    throw error;
  }
}

/** Closes what failed; how that fails adds nothing. @returns its words, for a log */
export function closeQuietly(db: Sqlite): string | undefined {
  try {
    db.close();
    return undefined;
  } catch (error) {
    return errnoOf(error) ?? messageOf(error);
  }
}
