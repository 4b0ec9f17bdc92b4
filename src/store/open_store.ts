import type { Logger } from "../base/logger.ts";
import { type Clock, delay } from "../system/clock.ts";
import { type StartThread, startThread, threadModule } from "../system/thread.ts";
import type { MigrationList } from "./messages.ts";
import { refusalError } from "./refused.ts";
import type { Store } from "./store.ts";
import { ThreadStore } from "./thread_store.ts";

export interface StoreOptions {
  /** Absolute path of the file; its directory exists. */
  readonly path: string;
  /**
   * Whether somebody chose the place, who may have named a file of something else: a damaged one that is not known to be
   * ours is refused there. Default false: nobody else has anything at the place.
   */
  readonly isChosen?: boolean;
  readonly migrations: readonly MigrationList[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: a worker. */
  readonly start?: StartThread;
  /** Milliseconds to wait for a lock that another process holds on the file. Default 10 s. */
  readonly patience?: number;
}

const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

const startWorker: StartThread = (events) => startThread(threadModule("store_worker", import.meta.url), events);

/** @throws Error (a bug) unless the versions are 1, 2, 3 … */
function checkList({ owner, migrations }: MigrationList): void {
  const wrong = migrations.findIndex(({ version }, index) => version !== index + 1);
  if (wrong !== -1) throw new Error(`migration ${wrong + 1} of "${owner}" has version ${migrations[wrong]?.version}`);
}

/**
 * Opens the database of an instance: makes it when it is not there, sets it aside when it is damaged and ours, brings its
 * schema up to date.
 *
 * @throws AppdError (config) when its schema is newer than `migrations`, one of them fails, or it is another's;
 * (unavailable) when the file cannot be used: no directory, no permission, no room, a lock that lasts
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { path, isChosen = false, migrations, clock, log, start = startWorker, patience = PATIENCE_MS } = options;
  migrations.forEach(checkList);
  const store = new ThreadStore({ path, isChosen, lists: migrations, clock, log, start });
  const deadline = clock.monotonic() + patience;
  try {
    for (;;) {
      const refusal = await store.open();
      if (!refusal) return store;
      if (!refusal.busy || clock.monotonic() >= deadline) throw refusalError(refusal);
      await delay(clock, PAUSE_MS);
    }
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}
