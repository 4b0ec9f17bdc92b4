import type { Logger } from "../base/logger.ts";
import type { Clock } from "../system/clock.ts";
import type { MigrationList, MigrationState, Reply, WriteOutcome } from "./messages.ts";
import type { StoreHealth } from "./store.ts";

type Worked = Extract<Reply, { kind: "worked" }>;

/** Milliseconds without an answer after which the database counts as unusable: a disk hangs. */
const SILENT_MS = 30_000;

/** What is known of the database; a trouble is told once when it begins and once when it has passed. */
export class StoreCondition {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #migrations: MigrationState;
  #error: string | null = "it is not open yet";
  #inTrouble = false;
  #cannotWrite = false;
  /** Monotonic milliseconds of the request that has no answer yet. */
  #askedAt: number | undefined;

  constructor(options: { path: string; clock: Clock; log: Logger; lists: readonly MigrationList[] }) {
    this.#path = options.path;
    this.#clock = options.clock;
    this.#log = options.log;
    const latest = options.lists.reduce((sum, { migrations }) => sum + migrations.length, 0);
    this.#migrations = { current: 0, latest, pending: latest };
  }

  health(): StoreHealth {
    const error = this.#error ?? this.#silence();
    return { ok: error === null, path: this.#path, error, migrations: this.#migrations };
  }

  /** A request is on its way until the result is disposed. */
  asked(): Disposable {
    this.#askedAt = this.#clock.monotonic();
    return { [Symbol.dispose]: () => void (this.#askedAt = undefined) };
  }

  schema(migrations: MigrationState): void {
    this.#migrations = migrations;
    this.#error = null;
  }

  /**
   * How the calls of a turn went. A bug in a statement says nothing about the database, and that it can be read says
   * nothing about writing.
   */
  worked({ reads, writes, migrations }: Worked): void {
    const troubled = [...writes, ...reads].find((outcome) => !outcome.ok && outcome.trouble !== null);
    if (troubled && !troubled.ok) return this.failed(troubled.message, writes.includes(troubled as WriteOutcome));
    if (this.#cannotWrite && writes.length === 0) return;
    this.#cannotWrite = false;
    this.schema(migrations.latest === 0 ? this.#migrations : migrations);
    if (this.#inTrouble) this.#log.info("the database works again", { path: this.#path });
    this.#inTrouble = false;
  }

  failed(error: string, ofWrite = false): void {
    this.#error = error;
    this.#cannotWrite ||= ofWrite;
    if (!this.#inTrouble) this.#log.warn("the database cannot be used", { path: this.#path, error });
    this.#inTrouble = true;
  }

  closed(): void {
    this.#error = "it is closed";
  }

  #silence(): string | null {
    if (this.#askedAt === undefined) return null;
    const ms = this.#clock.monotonic() - this.#askedAt;
    return ms < SILENT_MS ? null : `no answer for ${Math.round(ms / 1000)} s`;
  }
}
