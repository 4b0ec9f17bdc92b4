/** What the unit tests of vpo share: a database in memory, a directory, videos. */
import fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { KitStore, LogFields, Logger, Row, Statement } from "../../src/mod.ts";
import { MIGRATIONS } from "./migrations.ts";

/** A real database in memory, with the tables of vpo. */
export function memoryStore(): KitStore & Disposable {
  const db = new DatabaseSync(":memory:");
  for (const { sql } of MIGRATIONS) db.exec(sql);
  const rows = ({ sql, params = [] }: Statement) => db.prepare(sql).all(...params) as Row[];
  return {
    // deno-lint-ignore require-await -- as the daemon's store, which is in a thread
    async read(sql, params = []) {
      return rows({ sql, params });
    },
    // deno-lint-ignore require-await -- as above
    async write(statements) {
      db.exec("BEGIN");
      try {
        const results = statements.map((statement) => ({ rows: rows(statement), changes: changesOf(db) }));
        db.exec("COMMIT");
        return results;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
    [Symbol.dispose]: () => db.close(),
  };
}

function changesOf(db: DatabaseSync): number {
  return Number(db.prepare("SELECT changes() AS n").get()?.n);
}

/** Folders of a library in a directory that is removed at the end. */
export class Folders implements Disposable {
  readonly root = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "vpo-test-"));
  readonly inbox = join(this.root, "inbox");
  readonly outbox = join(this.root, "outbox");
  readonly quarantine = join(this.root, "quarantine");

  constructor() {
    for (const directory of [this.inbox, this.outbox, this.quarantine]) fs.mkdirSync(directory);
  }

  /** Every file below the root with its text, without what is hidden. */
  files(): Record<string, string> {
    const names = fs.readdirSync(this.root, { recursive: true, encoding: "utf8" }).sort();
    const shown = names.filter((name) => !/(^|\/)\./.test(name) && fs.statSync(join(this.root, name)).isFile());
    return Object.fromEntries(shown.map((name) => [name, fs.readFileSync(join(this.root, name), "utf8")]));
  }

  write(path: string, content: string | Uint8Array): string {
    const full = join(this.root, path);
    fs.mkdirSync(join(full, ".."), { recursive: true });
    fs.writeFileSync(full, content);
    return full;
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }
}

/** What begins as a video does. */
export function video(content: string): string {
  return `FLV\x01${content}`;
}

/** Keeps what is said. */
export class MemoryLog implements Logger {
  readonly records: (LogFields & { readonly level: string; readonly message: string })[] = [];
  debug = this.#keep("debug");
  info = this.#keep("info");
  warn = this.#keep("warn");
  error = this.#keep("error");

  #keep(level: string) {
    return (message: string, fields: LogFields = {}) => void this.records.push({ level, message, ...fields });
  }
}
