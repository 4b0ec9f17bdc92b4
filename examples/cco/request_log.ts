import type { Clock, KitStore, Logger } from "../../src/mod.ts";

/** One request that was answered. */
export interface RequestRow {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** Path at the proxy, without the query, which may hold secrets. */
  readonly path: string;
  readonly status: number;
  /** Of the body that was handed to the client. */
  readonly bytes: number;
  /** Milliseconds from the request to the end of its answer. */
  readonly ms: number;
  readonly hit: boolean;
}

export interface RequestLogOptions {
  readonly store: KitStore;
  readonly clock: Pick<Clock, "every">;
  readonly log: Logger;
}

const EVERY_MS = 1_000;

/** So many rows are written without waiting for the second to end. */
const FULL = 500;

/** While the database cannot be written rows wait in memory; beyond this the oldest are lost, and counted. */
const MOST_WAITING = 100_000;

const INSERT = `
  INSERT INTO cco_requests (at, method, path, status, bytes, ms, hit)
  SELECT value->>'at', value->>'method', value->>'path', value->>'status', value->>'bytes', value->>'ms', value->>'hit'
  FROM json_each(?)`;

/** Writes a row for each request, many at a time: one commit a second, not one a request. */
export class RequestLog implements AsyncDisposable {
  readonly #options: RequestLogOptions;
  readonly #timer: Disposable;
  #waiting: RequestRow[] = [];
  #lost = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: RequestLogOptions) {
    this.#options = options;
    this.#timer = options.clock.every(EVERY_MS, () => void this.#tryFlush());
  }

  add(row: RequestRow): void {
    this.#waiting.push(row);
    if (this.#waiting.length % FULL === 0) void this.#tryFlush();
    if (this.#waiting.length <= MOST_WAITING) return;
    this.#waiting.shift();
    this.#lost++;
  }

  /** Resolves when every row that was added before is on disk. @throws StoreError; the rows wait for the next time */
  async flush(): Promise<void> {
    const before = this.#last;
    this.#last = before.catch(() => {}).then(() => this.#write()); // Its caller has heard of that failure.
    await this.#last;
  }

  /** Writes what is left. @throws StoreError */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer[Symbol.dispose]();
    await this.flush();
  }

  async #tryFlush(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      this.#options.log.warn("requests cannot be recorded now", {
        waiting: this.#waiting.length,
        lost: this.#lost,
        error,
      });
    }
  }

  async #write(): Promise<void> {
    const rows = this.#waiting;
    if (rows.length === 0) return;
    this.#waiting = [];
    try {
      const json = JSON.stringify(rows.map((row) => ({ ...row, hit: row.hit ? 1 : 0 })));
      await this.#options.store.write([{ sql: INSERT, params: [json] }]);
    } catch (error) {
      this.#waiting = [...rows, ...this.#waiting];
      throw error;
    }
  }
}
