/**
 * Requests that are under way to the upstream and whose answer others may get. One goes, the others wait for what becomes
 * of it.
 */
export class Flights {
  readonly #flights = new Map<string, Promise<void>>();

  /** Resolves when the request for `key` that is under way has ended; undefined when there is none. */
  of(key: string): Promise<void> | undefined {
    return this.#flights.get(key);
  }

  /** Begins one, unless one is under way. @returns what ends it; to be called in any case, more than once does no harm */
  begin(key: string): () => void {
    if (this.#flights.has(key)) return () => {};
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flights.set(key, promise);
    return () => {
      if (this.#flights.get(key) === promise) this.#flights.delete(key);
      resolve();
    };
  }
}
