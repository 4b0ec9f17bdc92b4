import { errnoOf, messageOf } from "../base/errors.ts";
import type { Files } from "../system/files.ts";
import type { OpenSqlite, Sqlite } from "../system/sqlite.ts";
import { claim, refuseStrange } from "./claim.ts";
import { failed, readCalls, writeCalls } from "./calls.ts";
import { closeQuietly, openDatabase, type OpenedDatabase, type OpenInput } from "./database.ts";
import type { MigrationState, Outcome, Reply, Request } from "./messages.ts";
import { refusalOf } from "./refused.ts";
import { setAside } from "./set_aside.ts";
import { faultOf } from "./trouble.ts";

type Answer = (reply: Reply) => void;
type Work = Extract<Request, { kind: "work" }>;
type Place = Pick<Extract<Request, { kind: "open" }>, "path" | "lists" | "isChosen">;

type Pass = Pick<Work, "now" | "isRepeated">;

/** Rows in one message, so that whoever takes them is not held up for long by any of them. */
const ROWS_PER_MESSAGE = 500;

const MOVED = "it was removed or replaced";

const NOTHING: MigrationState = { current: 0, latest: 0, pending: 0 };

/**
 * The half of the store that blocks: the connection and its life. It opens the file anew after a failure of the host, sets a
 * damaged one aside, and notices when somebody takes the file away.
 */
export class Engine {
  readonly #files: Files;
  readonly #open: OpenSqlite;
  #place: Place | undefined;
  #database: OpenedDatabase | undefined;
  /** Where the last one lay that was open. */
  #lastPlace: OpenedDatabase["place"] | undefined;
  #answer: Answer = () => {};
  /** In the request that is carried out another database has taken the place of the one that was known. */
  #isReset = false;

  constructor(ports: { readonly files: Files; readonly open: OpenSqlite }) {
    this.#files = ports.files;
    this.#open = ports.open;
  }

  /** Carries out one request and calls `answer`, in order, with all that belongs to it. Never throws. */
  handle(request: Request, answer: Answer): void {
    this.#answer = answer;
    if (request.kind === "open") return this.#begin(request);
    return request.kind === "work" ? this.#work(request) : this.#close();
  }

  #begin({ path, lists, isChosen, now }: Extract<Request, { kind: "open" }>): void {
    this.#place = { path, lists, isChosen };
    try {
      const { migrations } = this.#ready(now);
      this.#answer({ kind: "opened", migrations });
    } catch (error) {
      this.#answer({ kind: "refused", refusal: refusalOf(error, path) });
    }
  }

  /**
   * Whoever keeps more in memory than in the file has a word with a new one before anything else is done in it: what belongs
   * to the request is told to be asked again.
   */
  #work({ reads, writes, isRepeated, now }: Work): void {
    this.#isReset = false;
    const at = { now, isRepeated };
    const rows: Answer = (reply) => this.#answer(reply);
    const read = this.#each(reads, at, (db) => readCalls(db, reads, (index, found) => sendRows(rows, index, found)));
    const written = this.#isOver(at) ? [] : this.#each(writes, at, (db) => writeCalls(db, writes));
    if (this.#isOver(at)) return this.#answer({ kind: "again" });
    this.#answer({ kind: "worked", reads: read, writes: written, migrations: this.#database?.migrations ?? NOTHING });
  }

  /** The rest of the request is to be asked again. Once: whoever moves files without end keeps nobody from working. */
  #isOver({ isRepeated }: Pass): boolean {
    return this.#isReset && !isRepeated;
  }

  /** The outcomes of `action`, or one that failed for each of `calls`. */
  #each<T>(
    calls: readonly unknown[],
    pass: Pass,
    action: (db: Sqlite) => readonly Outcome<T>[],
  ): readonly Outcome<T>[] {
    if (calls.length === 0) return [];
    let outcomes: readonly Outcome<T>[];
    try {
      outcomes = this.#guarded(pass, action);
    } catch (error) {
      outcomes = calls.map(() => failed(error));
    }
    const isBroken = outcomes.some((outcome) => !outcome.ok && outcome.trouble === "io");
    if (isBroken || this.#database?.db.inTransaction) this.#drop();
    return outcomes;
  }

  /** Runs `action`, and sees whether the file is damaged, or no longer the one at its path. */
  #guarded<T>(pass: Pass, action: (db: Sqlite) => readonly Outcome<T>[]): readonly Outcome<T>[] {
    const { now, isRepeated } = pass;
    try {
      const { db } = this.#ready(now);
      if (this.#isOver(pass)) return [];
      const outcomes = action(db);
      if (!isRepeated) this.#leaveMoved(now);
      return outcomes;
    } catch (error) {
      if (faultOf(error) === "corrupt" && !isRepeated && !this.#isReset) this.#replace(now, messageOf(error));
      throw error;
    }
  }

  /** The open database; opens it, and sets it aside if it must. */
  #ready(now: number): OpenedDatabase {
    if (this.#database) return this.#database;
    const { path, lists, isChosen } = this.#place ?? { path: "", lists: [], isChosen: false };
    const damaged: OpenInput["damaged"] = (reason, { isOurs }) => {
      refuseStrange(this.#files, { path, isChosen, isOurs, reason });
      this.#replace(now, reason);
    };
    const input: OpenInput = { files: this.#files, open: this.#open, path, lists, now, damaged };
    if (this.#lastPlace?.() === "moved") this.#tellReset("", MOVED);
    try {
      this.#database = openDatabase(input);
    } catch (error) {
      if (faultOf(error) !== "corrupt") throw error;
      this.#database = openDatabase(input);
    }
    this.#lastPlace = this.#database.place;
    if (isChosen) claim(this.#files, path);
    return this.#database;
  }

  #tellReset(setAside: string, reason: string): void {
    this.#lastPlace = undefined;
    this.#isReset = true;
    this.#answer({ kind: "reset", setAside, reason });
  }

  /** The file is moved before it is closed, see {@link OpenInput.damaged}. */
  #replace(now: number, reason: string): void {
    const kept = setAside(this.#files, this.#place?.path ?? "", now);
    this.#drop();
    this.#tellReset(kept, reason);
  }

  /**
   * Somebody may have taken the file away, and what was written with it. Its log goes into it first, wherever it is, so that
   * it is whole and no stale log meets another file at the old path (https://sqlite.org/howtocorrupt.html, 1.4).
   */
  #leaveMoved(now: number): void {
    const place = this.#database?.place() ?? "in place";
    if (place === "in place") return;
    this.#database?.db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    this.#drop();
    if (place === "moved") this.#tellReset("", MOVED);
    this.#ready(now);
  }

  #drop(): void {
    if (this.#database) closeQuietly(this.#database.db);
    this.#database = undefined;
  }

  #close(): void {
    let error: string | null = null;
    try {
      this.#database?.db.run("PRAGMA optimize");
      this.#database?.db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (failure) {
      error = errnoOf(failure) ?? messageOf(failure);
    }
    this.#drop();
    this.#answer({ kind: "closed", error });
  }
}

function sendRows(answer: Answer, read: number, rows: readonly Record<string, unknown>[]): void {
  for (let at = 0; at < rows.length; at += ROWS_PER_MESSAGE) {
    answer({ kind: "rows", read, rows: rows.slice(at, at + ROWS_PER_MESSAGE) as never });
  }
}
