const LF = 10;

/** Longest message of a server, in bytes: one that writes without an end must not fill the memory. */
export const LONGEST_MESSAGE = 64 * 1024 * 1024;

/**
 * Cuts what a server writes into lines, one message each. The SDK has such a thing too, which takes 10 MiB and joins all
 * of them with every piece that comes: a message of 9 MiB takes seconds there.
 */
export class MessageLines {
  readonly #limit: number;
  #pieces: Uint8Array[] = [];
  #size = 0;

  /** @param limit bytes of one line */
  constructor(limit = LONGEST_MESSAGE) {
    this.#limit = limit;
  }

  /**
   * The lines that end in `chunk`, without their ends.
   *
   * @throws Error when one is longer than the limit
   */
  *add(chunk: Uint8Array): Generator<string, void> {
    let rest = chunk;
    for (let end = rest.indexOf(LF); end >= 0; end = rest.indexOf(LF)) {
      this.#keep(rest.subarray(0, end));
      yield this.#joined();
      rest = rest.subarray(end + 1);
    }
    this.#keep(rest);
  }

  #keep(piece: Uint8Array): void {
    this.#size += piece.length;
    if (this.#size > this.#limit) throw new Error(`a message of it has more than ${this.#limit} bytes`);
    this.#pieces.push(piece);
  }

  #joined(): string {
    const line = new Uint8Array(this.#size);
    let at = 0;
    for (const piece of this.#pieces) {
      line.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    this.#size = 0;
    return new TextDecoder().decode(line);
  }
}
