import { StoreError } from "./store.ts";
import type { Reply, Request } from "./messages.ts";
import type { StartThread, Thread } from "../system/thread.ts";

/** What comes between a request and its answer. */
export type Event = Extract<Reply, { kind: "reset" | "rows" }>;
export type Answer = Exclude<Reply, Event>;

interface Pending {
  readonly event: (event: Event) => void;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: StoreError) => void;
}

/** The thread of the engine, asked one thing at a time. */
export class EngineLink implements Disposable {
  readonly #thread: Thread;
  #pending: Pending | undefined;
  #ended: StoreError | undefined;

  constructor(start: StartThread) {
    this.#thread = start({
      message: (message) => this.#hear(message as Reply),
      died: (reason) => this.#end(new StoreError("io", `the thread of the database ended: ${reason}`)),
    });
  }

  /** It has died, or was disposed: every request fails. */
  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** @throws StoreError (io) when the thread has died; (closed) when it was disposed meanwhile */
  ask(request: Request, event: (event: Event) => void): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    if (this.#ended) {
      reject(this.#ended);
    } else {
      this.#pending = { event, resolve, reject };
      this.#thread.post(request);
    }
    return promise;
  }

  [Symbol.dispose](): void {
    this.#thread[Symbol.dispose]();
    this.#end(new StoreError("closed", "the database is closed"));
  }

  #hear(reply: Reply): void {
    const pending = this.#pending;
    if (reply.kind === "reset" || reply.kind === "rows") return pending?.event(reply);
    this.#pending = undefined;
    pending?.resolve(reply);
  }

  #end(error: StoreError): void {
    this.#ended ??= error;
    this.#pending?.reject(this.#ended);
    this.#pending = undefined;
  }
}
