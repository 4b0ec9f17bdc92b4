const NEWLINE = 0x0a;

/** Bytes that a line may have before it is split. */
export const LINE_LIMIT = 64 * 1024;

/**
 * Ends each piece of a split line but the last, before its newline. A piece in the log is exactly {@link LINE_LIMIT}
 * bytes and this mark, which no other line can be: so removing the mark and the newline after it gives the bytes back.
 */
export function splitMark(program: string): string {
  return ` [${program}: line continues]`;
}

/** Where the pieces go, and whose mark ends them. */
export interface LineSplitterOptions {
  /** Gets every piece at once; it must not keep it. */
  readonly emit: (bytes: Uint8Array) => void;
  readonly program: string;
}

/** Passes bytes on unchanged, but ends a line that grows beyond {@link LINE_LIMIT} with {@link splitMark}. */
export class LineSplitter {
  readonly #emit: (bytes: Uint8Array) => void;
  readonly #mark: Uint8Array;
  #length: number;

  /** @param length bytes of an unfinished line that went before */
  constructor(length: number, { emit, program }: LineSplitterOptions) {
    [this.#length, this.#emit] = [length, emit];
    this.#mark = new TextEncoder().encode(`${splitMark(program)}\n`);
  }

  /** Bytes since the last newline. */
  get length(): number {
    return this.#length;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length <= LINE_LIMIT) return this.#piece(bytes);
    for (let at = 0; at < bytes.length; at += LINE_LIMIT) this.#piece(bytes.subarray(at, at + LINE_LIMIT));
  }

  /** In a piece no longer than the limit only the first line can be too long: the one that began before it. */
  #piece(piece: Uint8Array): void {
    const room = Math.max(0, LINE_LIMIT - this.#length);
    const rest = piece.length > room && !endsWithin(piece, room) ? this.#split(piece, room) : piece;
    if (rest.length === 0) return;
    this.#emit(rest);
    this.note(rest);
  }

  /** Accounts for bytes that went past, no more than fit into the line that is open. */
  note(bytes: Uint8Array): void {
    const newline = bytes.lastIndexOf(NEWLINE);
    this.#length = newline < 0 ? this.#length + bytes.length : bytes.length - newline - 1;
  }

  #split(piece: Uint8Array, room: number): Uint8Array {
    if (room > 0) this.#emit(piece.subarray(0, room));
    this.#emit(this.#mark);
    this.#length = 0;
    return piece.subarray(room);
  }
}

function endsWithin(piece: Uint8Array, room: number): boolean {
  const newline = piece.indexOf(NEWLINE);
  return newline >= 0 && newline <= room;
}
