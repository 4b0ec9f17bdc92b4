import type { Sqlite } from "../system/sqlite.ts";
import { faultOf } from "./trouble.ts";

/**
 * Runs `action` as one transaction. What it throws is thrown on after everything was undone; where not even that works, the
 * connection is still in the transaction, and good for closing only.
 */
export function transaction<T>(db: Sqlite, action: () => T): T {
  db.run("BEGIN IMMEDIATE");
  try {
    const result = action();
    db.run("COMMIT");
    return result;
  } catch (error) {
    if (db.inTransaction) undo(db, error);
    throw error;
  }
}

function undo(db: Sqlite, because: unknown): void {
  try {
    db.run("ROLLBACK");
  } catch (error) {
    if (faultOf(error) === "bug") throw new Error("cannot undo a transaction", { cause: because });
  }
}

/** Runs `action` as a part of the transaction that is open; what it throws is thrown on after the part was undone. */
export function savepoint<T>(db: Sqlite, action: () => T): T {
  db.run("SAVEPOINT part");
  try {
    const result = action();
    db.run("RELEASE part");
    return result;
  } catch (error) {
    if (db.inTransaction) db.run("ROLLBACK TO part");
    if (db.inTransaction) db.run("RELEASE part");
    throw error;
  }
}
