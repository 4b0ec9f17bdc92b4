import type { RequestInput } from "./input.ts";
import { type Problem, tooLong } from "./problem.ts";

/** What a piece of work that took too long gives. */
export const LATE = Symbol("late");

/** A body that cannot be read to its end; whoever reads it gets this. */
export class RefusedBody extends Error {
  override readonly name = "RefusedBody";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** What a {@link BodyStream} reads from. */
export interface BodyStreamOptions {
  readonly input: Pick<RequestInput, "some" | "line">;
  readonly length: number | "chunked";
  /** Most bytes that it may have. */
  readonly limit: number;
  /** Limits the time of one piece. */
  readonly within: <T>(work: Promise<T>) => Promise<T | typeof LATE>;
  /** Called before the first piece is read. */
  readonly begin: () => Promise<void>;
}

/** Longest line between two chunks. */
const LINE = 1024;
/** Most bytes of one piece. */
const PIECE = 64 * 1024;

/** The body of one request, read when somebody wants it: what waits stays with the kernel, and with its sender. */
export class BodyStream {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #options: BodyStreamOptions;
  #began = false;
  #closed = false;
  /** Bytes of the body, or of the chunk, that are still to come. */
  #left: number;
  #total = 0;
  #problem: Problem | undefined;
  #isWhole = false;

  constructor(options: BodyStreamOptions) {
    this.#options = options;
    this.#left = options.length === "chunked" ? 0 : options.length;
    this.stream = new ReadableStream({
      pull: (controller) => this.#pull(controller),
    }, { highWaterMark: 0 });
  }

  /** Why it cannot be read to its end; undefined while nobody has met that. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** Whether it has been read to its end: what comes behind it is no part of it. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** From now on nothing is read: the response is on its way, and the connection somebody else's. */
  close(): void {
    this.#closed = true;
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      const piece = await this.#piece();
      this.#isWhole = piece === undefined;
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    } catch (error) {
      if (error instanceof RefusedBody) this.#problem = error.problem;
      throw error;
    }
  }

  async #piece(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#closed) throw new RefusedBody({ status: 400, message: "the response has begun" });
    if (this.#left > this.#options.limit) throw new RefusedBody(tooLong(this.#options.limit));
    if (!this.#began) await this.#options.begin();
    const isFirst = !this.#began;
    this.#began = true;
    const piece = await this.#options.within(this.#next(isFirst));
    if (piece === LATE) throw new RefusedBody({ status: 408, message: "the body took too long" });
    return piece;
  }

  /** The next bytes; undefined at the end of the body. */
  async #next(isFirst: boolean): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { input, length } = this.#options;
    if (this.#left === 0 && length === "chunked") await this.#nextChunk(isFirst);
    if (this.#left === 0) return undefined;
    const bytes = await input.some(Math.min(this.#left, PIECE));
    if (bytes === undefined) throw new RefusedBody({ status: 400, message: "the body is incomplete" });
    this.#left -= bytes.length;
    return bytes;
  }

  /** Reads the line of the next chunk; the last one has no bytes, and the trailer behind it is dropped. */
  async #nextChunk(isFirst: boolean): Promise<void> {
    const { input, limit } = this.#options;
    if (!isFirst && await input.line(LINE) !== "") throw malformed();
    const [, size] = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(await input.line(LINE) ?? "") ?? [];
    if (size === undefined) throw malformed();
    this.#left = parseInt(size, 16);
    this.#total += this.#left;
    if (this.#total > limit) throw new RefusedBody(tooLong(limit));
    if (this.#left > 0) return;
    for (let fields = 0; fields < 100; fields++) {
      const line = await input.line(LINE);
      if (line === "") return;
      if (line === undefined) break;
    }
    throw malformed();
  }
}

function malformed(): RefusedBody {
  return new RefusedBody({ status: 400, message: "the body is malformed" });
}
