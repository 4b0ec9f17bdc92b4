import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

/** A value of SQLite. Integers beyond 2^53 cannot be read. */
export type SqliteValue = string | number | null | Uint8Array;

export interface SqliteResult {
  /** Rows that were inserted, updated or deleted. */
  readonly changes: number;
  readonly rows: readonly Readonly<Record<string, SqliteValue>>[];
}

/** One connection. Everything blocks, so it belongs into a thread. Errors carry only SQLite's text, see sqlite3_errstr. */
export interface Sqlite {
  /** Runs a script of any number of statements, without values and without a result. */
  exec(sql: string): void;
  /** Runs the first statement of `sql`; the compiled form is kept for the next time. */
  run(sql: string, params?: readonly SqliteValue[]): SqliteResult;
  readonly inTransaction: boolean;
  /** Ends its statements too. The last connection takes the write-ahead log into the file and removes it. */
  close(): void;
}

/** Makes a connection; a file that is not there is made, unless its directory is missing. */
export type OpenSqlite = (path: string) => Sqlite;

/** Compiled statements that are kept; a program has few distinct ones. */
const STATEMENTS = 128;

/** Hands out compiled statements, and forgets the one that was used longest ago. */
class Statements {
  readonly #db: DatabaseSync;
  readonly #kept = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  get(sql: string): StatementSync {
    const statement = this.#kept.get(sql) ?? this.#db.prepare(sql);
    this.#kept.delete(sql);
    this.#kept.set(sql, statement);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > STATEMENTS && oldest !== undefined) this.#kept.delete(oldest);
    return statement;
  }
}

/** SQLite as the runtime carries it. */
export const openSqlite: OpenSqlite = (path) => sqliteOf(new DatabaseSync(path, { allowExtension: false }));

/** How a file is opened that is only read. */
export interface ReadOnlyOptions {
  /** Another process has it open; otherwise nobody has, and its write-ahead log is empty. */
  readonly isShared: boolean;
}

/**
 * Makes a connection that cannot write, and leaves no file beside the database: the log and its index are there when
 * another process has it open, and without such a process they are not looked for (https://sqlite.org/uri.html, immutable).
 */
export function openReadOnly(path: string, { isShared }: ReadOnlyOptions): Sqlite {
  const url = pathToFileURL(path);
  url.search = isShared ? "?mode=ro" : "?mode=ro&immutable=1";
  return sqliteOf(new DatabaseSync(url, { allowExtension: false, readOnly: true }));
}

function sqliteOf(db: DatabaseSync): Sqlite {
  const statements = new Statements(db);
  return {
    exec: (sql) => withoutText(sql, () => db.exec(sql)),
    run(sql, params = []) {
      const statement = withoutText(sql, () => statements.get(sql));
      const values = params as SQLInputValue[];
      if (statement.columns().length === 0) return { changes: Number(statement.run(...values).changes), rows: [] };
      const rows = statement.all(...values) as SqliteResult["rows"];
      return { changes: Number(statements.get("SELECT changes() AS n").get()?.n), rows };
    },
    get inTransaction() {
      return db.isTransaction;
    },
    close: () => db.close(),
  };
}

/** What the runtime adds to SQLite's words where a text is at fault. */
const PLACE = / at offset (\d+)$/;

/** Takes the text itself, of many lines maybe, out of what is said of it. */
function withoutText<T>(sql: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error) error.message = wordsAlone(error.message, sql);
    throw error;
  }
}

function wordsAlone(message: string, sql: string): string {
  const [place = ""] = PLACE.exec(message) ?? [];
  if (place === "") return message;
  for (let at = message.indexOf(" in "); at !== -1; at = message.indexOf(" in ", at + 1)) {
    if (sql.includes(message.slice(at + " in ".length, -place.length))) return message.slice(0, at);
  }
  return message;
}
