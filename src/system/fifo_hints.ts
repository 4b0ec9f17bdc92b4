import { type Clock, delay } from "./clock.ts";

/** Milliseconds between two looks at what inotify has to say: a torrent of writes must not become a torrent of events. */
const PAUSE_MS = 20;

/**
 * Says that something was written into a FIFO, by one inotify(7) instance for all of them. A hint and no more: a writer
 * that waits within one large write(2) has not been reported yet, and in a torrent events are dropped.
 */
export class FifoHints implements Disposable {
  readonly #clock: Clock;
  readonly #listeners = new Map<string, () => void>();
  readonly #end = new AbortController();
  #watcher: Deno.FsWatcher | undefined;
  #stale = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `fn` soon after a write into the FIFO at `path`. @returns what ends it */
  add(path: string, fn: () => void): Disposable {
    this.#listeners.set(path, fn);
    this.#renew();
    return {
      [Symbol.dispose]: () => {
        if (this.#listeners.get(path) === fn) this.#listeners.delete(path);
      },
    };
  }

  /** Watches all paths anew, once for all that are added in the same turn. */
  #renew(): void {
    if (this.#stale) return;
    this.#stale = true;
    this.#clock.after(0, () => {
      this.#stale = false;
      this.#close();
      if (this.#listeners.size > 0) void this.#follow();
    });
  }

  async #follow(): Promise<void> {
    let watcher: Deno.FsWatcher;
    try {
      watcher = this.#watcher = Deno.watchFs([...this.#listeners.keys()], { recursive: false });
    } catch (error) {
      if (error instanceof Error) return; // No inotify instance left, or a FIFO is gone: then there are no hints.
      throw error;
    }
    for await (const event of watcher) {
      if (event.kind === "modify") { for (const path of event.paths) this.#listeners.get(path)?.(); }
      await delay(this.#clock, PAUSE_MS, this.#end.signal);
    }
  }

  #close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  [Symbol.dispose](): void {
    this.#end.abort();
    this.#listeners.clear();
    this.#close();
  }
}
