/** A thread of its own, which shares nothing and is talked to by messages (structured clones). */
export interface Thread extends Disposable {
  post(message: unknown): void;
  /** Ends it at once, whatever it does. */
  [Symbol.dispose](): void;
}

/** What is heard of a thread. */
export interface ThreadEvents {
  message(message: unknown): void;
  /** It could not start, or an error ended it; nothing more comes. */
  died(reason: string): void;
}

/** Starts a thread. Keeps the process alive until it is disposed. */
export type StartThread = (events: ThreadEvents) => Thread;

/**
 * Where a thread's module stands: beside the module whose `import.meta.url` is given, as source or bundled.
 * `scripts/compile.sh` puts the bundled ones beside all other files of the bundle.
 *
 * @param name without its ending
 */
export function threadModule(name: string, importer: string): URL {
  return new URL(`./${name}${importer.endsWith(".ts") ? ".ts" : ".js"}`, importer);
}

/** Runs `module` as a worker. */
export function startThread(module: URL, events: ThreadEvents): Thread {
  const worker = new Worker(module, { type: "module" });
  worker.onmessage = ({ data }) => events.message(data);
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    events.died(event.message);
  };
  return {
    post: (message) => worker.postMessage(message),
    [Symbol.dispose]: () => worker.terminate(),
  };
}

interface WorkerScope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
}

/** The other end, called in the thread's module: every message goes to `handle`, which answers by `reply`. */
export function serveThread(handle: (message: unknown, reply: (message: unknown) => void) => void): void {
  const scope = globalThis as unknown as WorkerScope;
  scope.onmessage = ({ data }) => handle(data, (message) => scope.postMessage(message));
}
