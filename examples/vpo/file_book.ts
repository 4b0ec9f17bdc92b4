import type { KitStore, Row, SqlValue, Statement } from "../../src/mod.ts";
import { FILE_TABLE, type FileEvent, type FileState, OPEN_STATES, statesFor } from "./file_state.ts";
import type { Entry } from "./settling.ts";

/** Where a file goes. */
export type Place = "outbox" | "quarantine";

/** A file as the database knows it. */
export interface FileRecord extends Entry {
  readonly id: number;
  readonly state: FileState;
  /** From 1 on; another one for each time that it is taken up anew. */
  readonly attempt: number;
  /** The last run that took it. */
  readonly runId: number | null;
  readonly container: string | null;
  readonly sha256: string | null;
  readonly place: Place | null;
  /** Path below its place. */
  readonly target: string | null;
  /** Why it was refused, failed or was interrupted. */
  readonly reason: string | null;
  /** The command that works on it: PID and start time, as `markOf` of stray.ts wrote it. */
  readonly child: string | null;
  /** Wall time, milliseconds. */
  readonly foundAt: number;
  readonly changedAt: number;
}

/**
 * One turn of a file. Its number in the database would not do: it means another file in the database that takes the place
 * of one that was lost.
 */
export type Turn = Entry & Pick<FileRecord, "attempt">;

/** A turn that a run has in hand. */
export type Held = Turn & { readonly runId: number };

/** What a run finds out about a file. */
const FINDINGS = ["container", "sha256", "place", "target", "reason"] as const;

/** What an event says about a file beside its new state. */
export type Changes = Partial<Pick<FileRecord, typeof FINDINGS[number]>>;

export interface Step {
  readonly name: "inspect" | "transform" | "publish" | "quarantine";
  readonly outcome: "ok" | "refused" | "failed" | "cancelled";
  readonly ms: number;
  readonly detail: string | null;
}

/** Nothing is known of a file any more that is taken up anew; of one that is being moved it still holds. */
const FORGET = FINDINGS.map((column) => `${column} = CASE state WHEN 'moving' THEN ${column} END`).join(", ");

/** How a run ended for its file. */
export interface Conclusion {
  readonly changes?: Changes;
  /** What had been decided, for a database that was lost since then. */
  readonly decision?: Changes | undefined;
  /** The steps that led there. */
  readonly steps: readonly Step[];
}

const THE_TURN = "path = ?1 AND inode = ?2 AND mtime = ?3 AND size = ?4 AND attempt = ?5";

/** The files that are known, in the database. Every change of a state goes through {@link FILE_TABLE}. */
export class FileBook {
  readonly #store: KitStore;
  readonly #now: () => number;

  /** @param now wall time, milliseconds */
  constructor(store: KitStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** A file lies at rest in the inbox: a new one, or one that is known and was brought back. Otherwise nothing happens. */
  async found({ path, inode, mtime, size }: Entry): Promise<FileRecord | undefined> {
    return await this.#one({
      sql: `INSERT INTO files (path, inode, mtime, size, state, found_at, changed_at)
        VALUES (?1, ?2, ?3, ?4, 'waiting', ?5, ?5)
        ON CONFLICT (path, inode, mtime, size) DO UPDATE
        SET state = 'waiting', attempt = attempt + 1, found_at = ?5, changed_at = ?5, ${FORGET}
        WHERE state IN (${listOf(statesFor("found"))}) RETURNING *`,
      params: [path, inode, mtime, size, this.#now()],
    });
  }

  /** A run takes a file, unless the file was taken up anew meanwhile and the run is one of yesterday. */
  async begin(held: Held): Promise<FileRecord | undefined> {
    return await this.#one(this.#take(held, statesFor("begun")));
  }

  /** Applies an event. @returns the file as it is then; undefined when the event means nothing in its state */
  async apply(event: FileEvent, turn: Turn): Promise<FileRecord | undefined> {
    return await this.#one(this.#transition(event, turn));
  }

  /** A run writes down where its file is going to be, before it is there. */
  async decide(held: Held, changes: Changes): Promise<void> {
    await this.#store.write([this.#keep(held), this.#transition("decided", held, changes)]);
  }

  /** A run writes down its end, and what led there, in one change. */
  async conclude(
    event: FileEvent,
    held: Held,
    { changes, decision, steps }: Conclusion,
  ): Promise<void> {
    const lines = steps.map(({ name, outcome, ms, detail }) => ({
      sql: `INSERT INTO steps (file_id, run_id, name, outcome, duration_ms, detail, ended_at)
        SELECT id, ?6, ?7, ?8, ?9, ?10, ?11 FROM files WHERE ${THE_TURN}`,
      params: [...paramsOf(held), held.runId, name, outcome, Math.round(ms), detail, this.#now()],
    }));
    const decided = decision === undefined ? [] : [this.#transition("decided", held, decision)];
    await this.#store.write([this.#keep(held), ...decided, this.#transition(event, held, changes), ...lines]);
  }

  /** Notes the command that works on a file, or that none does. */
  async child(held: Held, mark: string | null): Promise<void> {
    const sql = `UPDATE files SET child = ?6 WHERE ${THE_TURN}`;
    await this.#store.write([this.#keep(held), { sql, params: [...paramsOf(held), mark] }]);
  }

  async open(): Promise<readonly FileRecord[]> {
    return await this.list({ states: OPEN_STATES, limit: 1_000_000 });
  }

  /** Oldest first; with `newest` the other way round. */
  async list(
    query: { readonly states?: readonly FileState[]; readonly limit: number; readonly newest?: boolean },
  ): Promise<readonly FileRecord[]> {
    const { states, limit, newest = false } = query;
    const where = states === undefined ? "" : `WHERE state IN (${listOf(states)})`;
    const sql = `SELECT * FROM files ${where} ORDER BY id ${newest ? "DESC" : "ASC"} LIMIT ?`;
    return (await this.#store.read(sql, [limit])).map(recordOf);
  }

  /** The last one that had this path, below the inbox or in its place. */
  async find(path: string): Promise<FileRecord | undefined> {
    const sql = "SELECT * FROM files WHERE path = ?1 OR target = ?1 ORDER BY id DESC LIMIT 1";
    const [row] = await this.#store.read(sql, [path]);
    return row && recordOf(row);
  }

  async counts(): Promise<Readonly<Partial<Record<FileState, number>>>> {
    const rows = await this.#store.read("SELECT state, count(*) AS n FROM files GROUP BY state");
    return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
  }

  /** The database may have been lost since the run began: its hold on the file is written down anew. */
  #keep(held: Held): Statement {
    return this.#take(held, ["waiting"]);
  }

  /** A run gets hold of its file, which the database may not know. @param from the states in which it gets a known one */
  #take(held: Held, from: readonly FileState[]): Statement {
    const sql = `INSERT INTO files (path, inode, mtime, size, attempt, run_id, state, found_at, changed_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'processing', ?7, ?7)
      ON CONFLICT (path, inode, mtime, size) DO UPDATE
      SET state = ${nextState("begun", from)}, run_id = ?6, changed_at = ?7
      WHERE attempt = ?5 AND state IN (${listOf(from)}) RETURNING *`;
    return { sql, params: [...paramsOf(held), held.runId, this.#now()] };
  }

  #transition(event: FileEvent, turn: Turn, changes: Changes = {}): Statement {
    const states = statesFor(event);
    const given = FINDINGS.filter((column) => changes[column] !== undefined);
    const sets = given.map((column, index) => `, ${column} = ?${index + 7}`).join("");
    const anew = event === "requeued" || event === "retried" ? `, attempt = attempt + 1, ${FORGET}` : "";
    const sql = `UPDATE files SET state = ${nextState(event, states)}, changed_at = ?6${anew}${sets}
      WHERE ${THE_TURN} AND state IN (${listOf(states)}) RETURNING *`;
    return { sql, params: [...paramsOf(turn), this.#now(), ...given.map((column) => changes[column] as SqlValue)] };
  }

  async #one(statement: Statement): Promise<FileRecord | undefined> {
    const [result] = await this.#store.write([statement]);
    const row = result?.rows[0];
    return row && recordOf(row);
  }
}

/** The parameters 1 to 5 of a statement that has {@link THE_TURN}. */
function paramsOf({ path, inode, mtime, size, attempt }: Turn): readonly SqlValue[] {
  return [path, inode, mtime, size, attempt];
}

/** SQL: what becomes of each of these states. */
function nextState(event: FileEvent, states: readonly FileState[]): string {
  return `CASE state ${states.map((state) => `WHEN '${state}' THEN '${FILE_TABLE[state][event]}'`).join(" ")} END`;
}

function listOf(states: readonly FileState[]): string {
  return states.map((state) => `'${state}'`).join(", ");
}

function recordOf(row: Row): FileRecord {
  return {
    ...{ id: row.id, path: row.path, inode: row.inode, mtime: row.mtime, size: row.size, state: row.state },
    ...{ attempt: row.attempt, runId: row.run_id, container: row.container, sha256: row.sha256 },
    ...{ place: row.place, target: row.target, reason: row.reason, child: row.child },
    ...{ foundAt: row.found_at, changedAt: row.changed_at },
  } as FileRecord;
}
