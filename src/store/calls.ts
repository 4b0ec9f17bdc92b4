import { errnoOf, messageOf } from "../base/errors.ts";
import type { Sqlite } from "../system/sqlite.ts";
import type { Outcome, WriteOutcome } from "./messages.ts";
import { RefusedError } from "./refused.ts";
import type { Row, Statement, StatementResult } from "./store.ts";
import { savepoint, transaction } from "./transaction.ts";
import { type Fault, faultOf } from "./trouble.ts";

type Call = readonly Statement[];

/** A statement ended the transaction that its call shares with others. */
class LostTransactionError extends Error {
  override readonly name = "LostTransactionError";
}

/** What belongs to the store alone: transactions, settings of the connection, other files. */
const NOT_FOR_CALLERS = /^\s*(BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|ATTACH|DETACH|VACUUM|PRAGMA)\b/i;

const LONGEST_SQL = 300;

/** @throws Error with the statement in its text when that is at fault, else what SQLite throws */
function run(db: Sqlite, { sql, params }: Statement): StatementResult {
  if (NOT_FOR_CALLERS.test(sql)) throw new Error(`a call must not contain: ${sql.slice(0, LONGEST_SQL)}`);
  try {
    return db.run(sql, params);
  } catch (error) {
    if (faultOf(error) !== "bug") throw error;
    throw new Error(`${messageOf(error)} in: ${sql.replace(/\s+/g, " ").slice(0, LONGEST_SQL)}`, { cause: error });
  }
}

function runCall(db: Sqlite, call: Call): StatementResult[] {
  const results = call.map((statement) => run(db, statement));
  if (!db.inTransaction) throw new LostTransactionError("a statement ended the transaction of its call");
  return results;
}

/** The trouble of a call as its caller is told; null is a bug. */
function troubleOf(error: unknown): Exclude<Fault, "bug" | "corrupt"> | null {
  if (error instanceof RefusedError) return error.refusal.busy ? "busy" : "io";
  const errno = errnoOf(error);
  if (errno === "ENOSPC" || errno === "EDQUOT") return "full";
  const fault = errno === undefined ? faultOf(error) : "io";
  if (fault === "corrupt") return "io";
  return fault === "bug" ? null : fault;
}

export function failed(error: unknown): Outcome<never> {
  return { ok: false, trouble: troubleOf(error), message: messageOf(error) };
}

/** One of several: a bug undoes this call alone, everything else concerns all of them. */
function part(db: Sqlite, call: Call): WriteOutcome {
  try {
    return { ok: true, value: savepoint(db, () => runCall(db, call)) };
  } catch (error) {
    if (!db.inTransaction) throw new LostTransactionError(messageOf(error), { cause: error });
    if (faultOf(error) !== "bug") throw error;
    return failed(error);
  }
}

function alone(db: Sqlite, call: Call): WriteOutcome {
  try {
    return { ok: true, value: transaction(db, () => runCall(db, call)) };
  } catch (error) {
    if (faultOf(error) === "corrupt") throw error;
    return failed(error);
  }
}

/** What one call may do to all of them, and would not do if they ran one by one. */
function isOfOneCall(error: unknown): boolean {
  return error instanceof LostTransactionError || faultOf(error) === "full";
}

/**
 * Carries out calls in their order, in one transaction if it can be done, so that they share the wait for the disk.
 *
 * @throws what SQLite throws about a damaged file; everything else is an outcome
 */
export function writeCalls(db: Sqlite, calls: readonly Call[]): readonly WriteOutcome[] {
  if (calls.length < 2) return calls.map((call) => alone(db, call));
  try {
    return transaction(db, () => calls.map((call) => part(db, call)));
  } catch (error) {
    if (isOfOneCall(error)) return calls.map((call) => alone(db, call));
    if (faultOf(error) === "corrupt") throw error;
    return calls.map(() => failed(error));
  }
}

const CHANGES = /\b(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)\b/i;

/**
 * Carries out reads, with writing switched off.
 *
 * @param take gets the rows of each read that worked
 * @throws what SQLite throws about a damaged file
 */
export function readCalls(
  db: Sqlite,
  reads: readonly Statement[],
  take: (read: number, rows: readonly Row[]) => void,
): readonly Outcome<null>[] {
  if (reads.length === 0) return [];
  db.run("PRAGMA query_only = ON");
  try {
    return reads.map((statement, read) => {
      try {
        take(read, run(db, statement).rows);
        return { ok: true, value: null };
      } catch (error) {
        if (faultOf(error) === "corrupt") throw error;
        return CHANGES.test(statement.sql) ? { ...failed(error), trouble: null } : failed(error);
      }
    });
  } finally {
    db.run("PRAGMA query_only = OFF");
  }
}
