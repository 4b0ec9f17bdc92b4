/** How reading a body ended: with all its bytes, or without because it was too long, or because it broke off. */
export type Ending =
  | { readonly kind: "whole"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "too long" }
  | { readonly kind: "broken"; readonly error: unknown };

/**
 * A body that is kept while it passes. Up to `limit` bytes it is read at the source's own pace, so that a slow client
 * holds up nobody who waits for the whole; from then on at the client's, and nothing is kept.
 */
export class KeptBody {
  /** Never rejects. */
  readonly ended: Promise<Ending>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  /** How many of the chunks the client has. */
  #given = 0;
  #ending: Ending | undefined;
  /** Resolved and replaced whenever there is more to hand on. */
  #news = Promise.withResolvers<void>();

  /** @param limit bytes that may be kept */
  constructor(source: ReadableStream<Uint8Array>, limit: number) {
    this.#reader = source.getReader();
    this.#limit = limit;
    this.ended = this.#readAll();
  }

  /** The body for the client; to be called once. A client that goes away does not keep it from being kept. */
  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      pull: (controller) => this.#handOn(controller),
      cancel: (reason) => this.#ending?.kind === "too long" ? this.#reader.cancel(reason) : undefined,
    }, { highWaterMark: 0 });
  }

  async #readAll(): Promise<Ending> {
    const ending = await this.#read().catch((error: unknown): Ending => ({ kind: "broken", error }));
    this.#ending = ending;
    this.#news.resolve();
    return ending;
  }

  async #read(): Promise<Ending> {
    while (this.#size <= this.#limit) {
      const { value } = await this.#reader.read();
      if (value === undefined) return { kind: "whole", bytes: joined(this.#chunks, this.#size) };
      this.#chunks.push(value);
      this.#size += value.length;
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    }
    return { kind: "too long" };
  }

  async #handOn(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.#given === this.#chunks.length && this.#ending === undefined) await this.#news.promise;
    const chunk = this.#chunks[this.#given] ?? await this.#rest();
    this.#given = Math.min(this.#given + 1, this.#chunks.length);
    if (chunk === undefined) controller.close();
    else controller.enqueue(chunk);
  }

  /** What comes behind the chunks that were kept. */
  async #rest(): Promise<Uint8Array | undefined> {
    if (this.#ending?.kind === "broken") throw this.#ending.error;
    return this.#ending?.kind === "too long" ? (await this.#reader.read()).value : undefined;
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
