import { messageOf } from "../base/errors.ts";
import { type Archive, storedPath } from "./archives.ts";
import { blocks, LineAssembler, linesBackward } from "./line_reader.ts";
import { type LineFilter, lineFilter, type LogQuery } from "./log_query.ts";
import { archiveBlocks, type LogSnapshot, openIfThere, type ReadFiles } from "./log_snapshot.ts";

/** A snapshot and what it takes to read it. */
export interface Reading {
  readonly files: ReadFiles;
  readonly snapshot: LogSnapshot;
  readonly complain: (text: string) => void;
}

/** The matching lines of a snapshot, oldest first. */
export async function* readSnapshot(reading: Reading, query: LogQuery): AsyncGenerator<Uint8Array> {
  const archives = reading.snapshot.archives.filter(({ stamp }) => stamp >= (query.since ?? -Infinity));
  if (query.lines === Infinity) {
    for (const source of [...archives, undefined]) yield* forward(reading, { source, filter: lineFilter(query) });
    return;
  }
  const parts: Uint8Array[][] = [];
  let missing = Math.max(0, query.lines);
  for (const source of [undefined, ...archives.toReversed()]) {
    if (missing === 0) break;
    const lines = await lastLines(reading, { source, query, count: missing });
    parts.unshift(lines);
    missing -= lines.length;
  }
  yield* parts.flat();
}

/** An archive, or undefined for the current file. */
type Source = Archive | undefined;

async function lastLines(
  reading: Reading,
  { source, query, count }: { source: Source; query: LogQuery; count: number },
): Promise<Uint8Array[]> {
  const filter = lineFilter(query);
  const ordered = query.since !== undefined; // A line without a time needs the one before it.
  if (!ordered && !source?.compressed) {
    const lines = withSpan(reading, source, (span) => takeMatching(linesBackward(reading.files, span), filter, count));
    if (lines !== undefined) return lines.reverse();
  }
  let lines: Uint8Array[] = [];
  for await (const line of forward(reading, { source, filter })) {
    lines.push(line);
    if (lines.length >= 2 * count + 1000) lines = lines.slice(-count);
  }
  return lines.slice(-count);
}

function takeMatching(lines: Iterable<Uint8Array>, filter: LineFilter | undefined, count: number): Uint8Array[] {
  const taken: Uint8Array[] = [];
  for (const line of lines) {
    if (filter === undefined || filter(line)) taken.push(line);
    if (taken.length === count) break;
  }
  return taken;
}

type SpanReader<T> = (span: { fd: number; from: number; to: number }) => T;

/** Calls `fn` with a file that is not compressed; undefined when it is by now, or is gone. */
function withSpan<T>({ files, snapshot }: Reading, source: Source, fn: SpanReader<T>): T | undefined {
  if (source === undefined) {
    return snapshot.current && fn({ fd: snapshot.current.fd, from: 0, to: snapshot.current.size });
  }
  const fd = openIfThere(files, source.path);
  if (fd === undefined) return undefined;
  try {
    return fn({ fd, from: 0, to: files.fstat(fd).size });
  } finally {
    files.close(fd);
  }
}

async function* forward(
  reading: Reading,
  { source, filter }: { source: Source; filter: LineFilter | undefined },
): AsyncGenerator<Uint8Array> {
  const assembler = new LineAssembler();
  const matching = function* (lines: Iterable<Uint8Array>) {
    for (const line of lines) if (filter === undefined || filter(line)) yield line;
  };
  try {
    for await (const block of blocksOf(reading, source)) yield* matching(assembler.push(block));
  } catch (error) {
    if (source === undefined) throw error;
    reading.complain(`cannot read all of "${storedPath(source)}": ${messageOf(error)}`);
  }
  yield* matching(assembler.finish());
}

function blocksOf({ files, snapshot }: Reading, source: Source): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (source !== undefined) return archiveBlocks(files, source);
  const { current } = snapshot;
  return current === undefined ? [] : blocks(files, { fd: current.fd, from: 0, to: current.size });
}
