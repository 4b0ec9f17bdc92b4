/** A store in memory for tests: real SQLite, cco's migrations, and failures on demand. */
import { DatabaseSync } from "node:sqlite";
import type { KitStore, Row, Statement } from "../../src/mod.ts";
import { MIGRATIONS } from "./migrations.ts";

export interface MemoryStore extends KitStore, Disposable {
  /** What the next writes reject with; undefined: they work. */
  failure: Error | undefined;
  /** How often something was written. */
  writes: number;
}

export function memoryStore(): MemoryStore {
  const database = new DatabaseSync(":memory:");
  for (const { sql } of MIGRATIONS) database.exec(sql);
  const rowsOf = ({ sql, params = [] }: Statement) => database.prepare(sql).all(...params) as Row[];
  const store: MemoryStore = {
    failure: undefined,
    writes: 0,
    read: (sql, params = []) => Promise.resolve(rowsOf({ sql, params })),
    write(statements) {
      if (store.failure !== undefined) return Promise.reject(store.failure);
      store.writes++;
      database.exec("BEGIN");
      const results = statements.map((statement) => {
        const rows = rowsOf(statement);
        return { rows, changes: Number(database.prepare("SELECT changes() AS n").get()?.["n"] ?? 0) };
      });
      database.exec("COMMIT");
      return Promise.resolve(results);
    },
    [Symbol.dispose]: () => database.close(),
  };
  return store;
}
