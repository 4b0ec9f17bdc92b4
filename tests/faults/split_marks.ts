/** Taking the marks of split lines out of a log, to compare it with what was written. */
import { Buffer } from "node:buffer";
import { LINE_LIMIT, splitMark } from "../../src/logging/line_splitter.ts";

const MARK = Buffer.from(`${splitMark("appd")}\n`);

/** The bytes that were written: marks stand where a piece is exactly as long as the limit. */
export function withoutMarks(content: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(content);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(10, at);
    const end = newline < 0 ? bytes.length : newline + 1;
    const split = end - at === LINE_LIMIT + MARK.length && bytes.subarray(at + LINE_LIMIT, end).equals(MARK);
    pieces.push(bytes.subarray(at, split ? end - MARK.length : end));
    at = end;
  }
  return pieces;
}
