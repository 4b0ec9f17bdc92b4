import type { Files } from "../system/files.ts";

const NEWLINE = 0x0a;
const BLOCK = 64 * 1024;

/** A part of an open file. */
export interface Span {
  readonly fd: number;
  readonly from: number;
  /** Offset at which reading ends, also when the file goes on. */
  readonly to: number;
}

/** The bytes of `span`; a block is only valid until the next one. */
export function* blocks(files: Pick<Files, "read">, span: Span): Generator<Uint8Array> {
  const block = new Uint8Array(BLOCK);
  for (let at = span.from; at < span.to;) {
    const count = files.read(span.fd, block.subarray(0, Math.min(BLOCK, span.to - at)), at);
    if (count === 0) return;
    yield block.subarray(0, count);
    at += count;
  }
}

/** Puts blocks together to lines. */
export class LineAssembler {
  #open: Uint8Array = new Uint8Array(0);

  /** The lines that end in `block`, without their newlines. */
  *push(block: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, start)) {
      const line = block.slice(start, end);
      start = end + 1;
      yield this.#open.length === 0 ? line : joined(this.#open, line);
      this.#open = new Uint8Array(0);
    }
    this.#open = joined(this.#open, block.subarray(start));
  }

  /** The line that no newline has ended, if there is one. */
  *finish(): Generator<Uint8Array> {
    if (this.#open.length > 0) yield this.#open;
    this.#open = new Uint8Array(0);
  }
}

/** The lines of `span`, last one first, without their newlines. */
export function* linesBackward(files: Pick<Files, "read">, span: Span): Generator<Uint8Array> {
  let open: Uint8Array = new Uint8Array(0);
  for (let end = span.to; end > span.from;) {
    const start = Math.max(span.from, end - BLOCK);
    const bytes = joined(readFully(files, { fd: span.fd, from: start, to: end }), open);
    let lineEnd = bytes.length;
    if (end === span.to && bytes[lineEnd - 1] === NEWLINE) lineEnd--;
    for (let newline = lastNewline(bytes, lineEnd); newline >= 0; newline = lastNewline(bytes, lineEnd)) {
      yield bytes.slice(newline + 1, lineEnd);
      lineEnd = newline;
    }
    open = bytes.subarray(0, lineEnd);
    end = start;
  }
  if (span.to > span.from) yield open.slice();
}

/** Offset after the last newline in the span, `from` when there is none. */
export function lastLineEnd(files: Pick<Files, "read">, span: Span): number {
  for (let end = span.to; end > span.from;) {
    const start = Math.max(span.from, end - BLOCK);
    const bytes = readFully(files, { fd: span.fd, from: start, to: end });
    const newline = bytes.lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return span.from;
}

function lastNewline(bytes: Uint8Array, end: number): number {
  return end === 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
}

function readFully(files: Pick<Files, "read">, span: Span): Uint8Array {
  const bytes = new Uint8Array(span.to - span.from);
  let done = 0;
  for (const block of blocks(files, span)) {
    bytes.set(block, done);
    done += block.length;
  }
  return bytes.subarray(0, done);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
