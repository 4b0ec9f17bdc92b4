import type { Clock } from "../system/clock.ts";
import { LINE_LIMIT, LineSplitter } from "./line_splitter.ts";
import { LineStamper, STAMP_LENGTH } from "./line_stamper.ts";
import type { Passage, RotatingFile } from "./rotating_file.ts";

/** Options of {@link createLineWriter}. */
export interface LineWriterOptions {
  /** Put `2025-11-01T10:30:00.123Z ` before each line. */
  readonly timestamp: boolean;
  readonly clock: Pick<Clock, "now">;
  /** Whose mark ends the pieces of a line that was split. Default `appd`. */
  readonly program?: string;
}

/** A program's output on its way into a rotating file; everything but `write`, `passage` and `endLine` is the file's. */
export interface LineWriter extends RotatingFile {
  /** Writes bytes as they come: never decoded, lines over 64 KiB split and marked. Never throws, keeps no reference. */
  write(bytes: Uint8Array): void;
  /** Ends a line that was left open, because what wrote it is gone. */
  endLine(): void;
}

const LINE_END = Uint8Array.of(0x0a);

/** Wraps `file` for the output of one program; an unfinished line in it is gone on with. */
export function createLineWriter(file: RotatingFile, options: LineWriterOptions): LineWriter {
  const before = file.lineBytes;
  const intoFile = (bytes: Uint8Array) => file.write(bytes);
  const stamper = options.timestamp ? new LineStamper(before > 0, { clock: options.clock, emit: intoFile }) : undefined;
  const length = Math.max(0, before - (stamper === undefined ? 0 : STAMP_LENGTH));
  const splitter = new LineSplitter(length, {
    emit: stamper === undefined ? intoFile : (bytes) => stamper.write(bytes),
    program: options.program ?? "appd",
  });
  return {
    get path() {
      return file.path;
    },
    get problem() {
      return file.problem;
    },
    get dropped() {
      return file.dropped;
    },
    get lineBytes() {
      return file.lineBytes;
    },
    write: (bytes) => splitter.write(bytes),
    passage: () => stamper === undefined ? narrow(file.passage(), splitter) : undefined,
    endLine: () => splitter.length > 0 ? splitter.write(LINE_END) : undefined,
    rotate: () => file.rotate(),
    reopen: () => file.reopen(),
    setPolicy: (policy) => file.setPolicy(policy),
    close: () => file.close(),
  };
}

/** No more than fits into the line that is open: then no line can grow too long, wherever the newlines are. */
function narrow(passage: Passage | undefined, splitter: LineSplitter): Passage | undefined {
  if (passage === undefined) return undefined;
  return {
    descriptor: passage.descriptor,
    room: Math.min(passage.room, LINE_LIMIT - splitter.length),
    settle(bytes, result) {
      splitter.note(bytes);
      passage.settle(bytes, result);
    },
  };
}
