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

/** What an event says about a file beside its new state. */
export type Changes = Partial<Pick<FileRecord, "runId" | "container" | "sha256" | "place" | "target" | "reason">>;

export interface Step {
  readonly name: "inspect" | "transform" | "publish" | "quarantine";
  readonly outcome: "ok" | "refused" | "failed" | "cancelled";
  readonly runId: number;
  readonly ms: number;
  readonly detail: string | null;
}

const COLUMNS: Readonly<Record<keyof Changes, string>> = {
  runId: "run_id",
  container: "container",
  sha256: "sha256",
  place: "place",
  target: "target",
  reason: "reason",
};

/** Nothing is known of a file any more that is taken up anew; of one that is being moved it still holds. */
const FORGET = ["container", "sha256", "place", "target", "reason"].map((column) =>
  `${column} = CASE state WHEN 'moving' THEN ${column} END`
).join(", ");

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
    const back = statesFor("found").map((state) => `'${state}'`).join(", ");
    return await this.#one({
      sql: `INSERT INTO files (path, inode, mtime, size, state, found_at, changed_at)
        VALUES (?1, ?2, ?3, ?4, 'waiting', ?5, ?5)
        ON CONFLICT (path, inode, mtime, size) DO UPDATE
        SET state = 'waiting', attempt = attempt + 1, found_at = ?5, changed_at = ?5, ${FORGET}
        WHERE state IN (${back}) RETURNING *`,
      params: [path, inode, mtime, size, this.#now()],
    });
  }

  /** A run takes a file, unless the file was taken up anew meanwhile and the run is one of yesterday. */
  async begin({ id, attempt, runId }: Pick<FileRecord, "id" | "attempt" | "runId">): Promise<FileRecord | undefined> {
    return await this.#one(this.#transition("begun", id, { runId }, `AND attempt = ${Number(attempt)}`));
  }

  /** Applies an event. @returns the file as it is then; undefined when the event means nothing in its state */
  async apply(event: FileEvent, id: number, changes: Changes = {}): Promise<FileRecord | undefined> {
    return await this.#one(this.#transition(event, id, changes));
  }

  /** As {@link apply}, and the steps that led there, in one change. */
  async conclude(
    event: FileEvent,
    id: number,
    { steps, ...changes }: Changes & { readonly steps: readonly Step[] },
  ): Promise<void> {
    const lines = steps.map(({ name, outcome, runId, ms, detail }) => ({
      sql: `INSERT INTO steps (file_id, run_id, name, outcome, duration_ms, detail, ended_at)
        SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM files WHERE id = ?1`,
      params: [id, runId, name, outcome, Math.round(ms), detail, this.#now()],
    }));
    await this.#store.write([this.#transition(event, id, changes), ...lines]);
  }

  /** Notes the command that works on a file, or that none does. */
  async child(id: number, mark: string | null): Promise<void> {
    await this.#store.write([{ sql: "UPDATE files SET child = ? WHERE id = ?", params: [mark, id] }]);
  }

  async open(): Promise<readonly FileRecord[]> {
    return await this.list({ states: OPEN_STATES, limit: 1_000_000 });
  }

  /** Oldest first; with `newest` the other way round. */
  async list(
    query: { readonly states?: readonly FileState[]; readonly limit: number; readonly newest?: boolean },
  ): Promise<readonly FileRecord[]> {
    const { states, limit, newest = false } = query;
    const where = states === undefined ? "" : `WHERE state IN (${states.map(() => "?").join(", ")})`;
    const sql = `SELECT * FROM files ${where} ORDER BY id ${newest ? "DESC" : "ASC"} LIMIT ?`;
    return (await this.#store.read(sql, [...states ?? [], limit])).map(recordOf);
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

  #transition(event: FileEvent, id: number, changes: Changes, condition = ""): Statement {
    const states = statesFor(event);
    const next = states.map((state) => `WHEN '${state}' THEN '${FILE_TABLE[state][event]}'`).join(" ");
    const given = (Object.keys(COLUMNS) as (keyof Changes)[]).filter((key) => changes[key] !== undefined);
    const sets = given.map((key, index) => `, ${COLUMNS[key]} = ?${index + 3}`).join("");
    const anew = event === "requeued" || event === "retried" ? `, attempt = attempt + 1, ${FORGET}` : "";
    const sql = `UPDATE files SET state = CASE state ${next} END, changed_at = ?2${anew}${sets}
      WHERE id = ?1 AND state IN (${states.map((state) => `'${state}'`).join(", ")}) ${condition} RETURNING *`;
    return { sql, params: [id, this.#now(), ...given.map((key) => changes[key] as SqlValue)] };
  }

  async #one(statement: Statement): Promise<FileRecord | undefined> {
    const [result] = await this.#store.write([statement]);
    const row = result?.rows[0];
    return row && recordOf(row);
  }
}

function recordOf(row: Row): FileRecord {
  return {
    ...{ id: row.id, path: row.path, inode: row.inode, mtime: row.mtime, size: row.size, state: row.state },
    ...{ attempt: row.attempt, runId: row.run_id, container: row.container, sha256: row.sha256 },
    ...{ place: row.place, target: row.target, reason: row.reason, child: row.child },
    ...{ foundAt: row.found_at, changedAt: row.changed_at },
  } as FileRecord;
}
