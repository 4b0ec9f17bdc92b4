import type { Connection } from "../system/sockets.ts";

const CR = 13;
const LF = 10;

/** What came instead of the end of a head. */
export type HeadFailure = "closed" | "bare LF" | "too long";

/** Bytes that are asked for where many are expected. */
const SOME_BYTES = 64 * 1024;

/** Reads the requests of a connection, one after the other, never more than it is allowed to keep in memory. */
export class RequestInput {
  #connection: Pick<Connection, "read">;
  #kept = new Uint8Array(0);

  constructor(connection: Pick<Connection, "read">) {
    this.#connection = connection;
  }

  /** Whether bytes came that were not taken yet: the beginning of a head, or what stands behind a request. */
  get leftover(): boolean {
    return this.#kept.length > 0;
  }

  /** The head as Latin-1 without its empty line, or why there is none. Empty lines before it are skipped, RFC 9112 2.2. */
  async head(limit: number): Promise<{ readonly text: string } | { readonly failure: HeadFailure }> {
    for (let seen = 0;;) {
      const start = this.#skipEmptyLines();
      if (start > 0) this.#drop(start), seen = 0;
      const end = endOfHead(this.#kept, seen);
      if (end === "bare LF") return { failure: end };
      if (end !== undefined && end.at <= limit) return { text: this.#takeText(end.at) };
      if (this.#kept.length > limit) return { failure: "too long" };
      seen = Math.max(0, this.#kept.length - 3);
      if (!await this.#more()) return { failure: "closed" };
    }
  }

  /** What is there, at most `most` bytes of it; waits for more when nothing is. Undefined when the peer closed before. */
  async some(most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#kept.length === 0 && !await this.#more(SOME_BYTES)) return undefined;
    const bytes = this.#kept.slice(0, most);
    this.#drop(bytes.length);
    return bytes;
  }

  /** A line without its CR LF, as Latin-1; undefined when it is longer than `limit`, malformed or cut. */
  async line(limit: number): Promise<string | undefined> {
    for (;;) {
      const end = this.#kept.indexOf(LF);
      if (end > limit || (end < 0 && this.#kept.length > limit)) return undefined;
      if (end >= 0) {
        const text = latin1(this.#kept.subarray(0, Math.max(0, end - 1)));
        const isWhole = this.#kept[end - 1] === CR;
        this.#drop(end + 1);
        return isWhole ? text : undefined;
      }
      if (!await this.#more()) return undefined;
    }
  }

  /** Exactly `length` bytes, or undefined when the peer closed before. */
  async body(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (this.#kept.length < length) {
      if (!await this.#more()) return undefined;
    }
    const bytes = this.#kept.slice(0, length);
    this.#drop(length);
    return bytes;
  }

  #skipEmptyLines(): number {
    let at = 0;
    while (this.#kept[at] === CR && this.#kept[at + 1] === LF) at += 2;
    return at;
  }

  #takeText(end: number): string {
    const text = latin1(this.#kept.subarray(0, end));
    this.#drop(end + 4);
    return text;
  }

  #drop(count: number): void {
    this.#kept = this.#kept.slice(count);
  }

  async #more(bytes = 1024): Promise<boolean> {
    const chunk = new Uint8Array(bytes);
    const count = await this.#connection.read(chunk);
    if (count === null) return false;
    const joined = new Uint8Array(this.#kept.length + count);
    joined.set(this.#kept);
    joined.set(chunk.subarray(0, count), this.#kept.length);
    this.#kept = joined;
    return true;
  }
}

/** Offset of CR LF CR LF; a line feed without its carriage return ends the search. */
function endOfHead(bytes: Uint8Array, from: number): { readonly at: number } | "bare LF" | undefined {
  for (let lf = bytes.indexOf(LF, from); lf !== -1; lf = bytes.indexOf(LF, lf + 1)) {
    if (bytes[lf - 1] !== CR) return "bare LF";
    if (bytes[lf - 2] === LF && bytes[lf - 3] === CR) return { at: lf - 3 };
  }
  return undefined;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
