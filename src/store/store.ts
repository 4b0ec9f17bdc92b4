/**
 * The store room owns the instance's database: the file, its schema, its health. It knows no table of anybody: who keeps
 * something in it brings migrations and statements. It never blocks the event loop: SQLite runs in a worker.
 */

/** A value of a column or a parameter; numbers are whole or floating as they come. */
export type SqlValue = string | number | null | Uint8Array;
/** One row of a result, by the names of its columns. */
export type Row = Readonly<Record<string, SqlValue>>;

/** One SQL statement. */
export interface Statement {
  readonly sql: string;
  /** For its `?`, in their order. Default none. */
  readonly params?: readonly SqlValue[];
}

/** What one statement of a write did. */
export interface StatementResult {
  /** Rows that it inserted, updated or deleted. */
  readonly changes: number;
  /** What RETURNING gave. */
  readonly rows: readonly Row[];
}

/** One step of the schema. Steps are applied in order, those that are missing all together or none, and never again. */
export interface Migration {
  /** From 1 on, without gaps. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export interface StoreHealth {
  readonly ok: boolean;
  readonly path: string;
  /** Why it cannot be used now. */
  readonly error: string | null;
  readonly migrations: { readonly current: number; readonly latest: number; readonly pending: number };
}

/** Why a call failed; with all of these the daemon goes on and tries again later. */
export type StoreTrouble = "busy" | "full" | "io" | "closed";

/** A rejected call of the store that is the host's fault. Any other rejection is a bug in a statement. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly trouble: StoreTrouble;

  constructor(trouble: StoreTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.trouble = trouble;
  }
}

export interface Store extends AsyncDisposable {
  /**
   * Runs the statements as one transaction: all of them or none. Resolves when they are on disk. Calls are carried out in
   * their order; those that come while one is under way share the next commit, and one that fails takes no other with it.
   *
   * @throws StoreError
   */
  write(statements: readonly Statement[]): Promise<readonly StatementResult[]>;
  /**
   * The rows of one SELECT. It sees every write that has resolved, and may overtake others.
   *
   * @throws StoreError
   */
  read(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Resolves when everything that was asked before has been answered, never rejects; undefined when nothing is under way. */
  settled(): Promise<void> | undefined;
  /** What is known now; instant. */
  health(): StoreHealth;
  /**
   * Hears that the database had to be set aside and a new, empty one took its place; at once when that happened at the start.
   * `setAside` is the damaged file's new path, or empty when somebody had removed or replaced it.
   */
  onReset(listener: (setAside: string) => void): Disposable;
}
