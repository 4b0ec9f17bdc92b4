/**
 * Numbered lines, `<stream> <n> [padding] <crc32>`, and the checker that finds every one of them again: it reads the
 * current, the rotated and the compressed files of a log together and knows nothing of the code that wrote them.
 */
import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { crc32, gunzipSync } from "node:zlib";

/** Line `n` of `stream`, without newline, `length` bytes long if that is long enough. The stream has no space in it. */
export function numberedLine(stream: string, n: number, length = 0): string {
  const head = `${stream} ${n} `;
  const padding = length - head.length - 9;
  const text = padding > 0 ? `${head}${"x".repeat(padding)} ` : head;
  return text + crcOf(text);
}

/** Lines `from` to `to` inclusive, each with its newline. */
export function numberedLines(stream: string, range: { from: number; to: number; length?: number }): Uint8Array {
  let text = "";
  for (let n = range.from; n <= range.to; n++) text += `${numberedLine(stream, n, range.length)}\n`;
  return new TextEncoder().encode(text);
}

function crcOf(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}

/** What was found. All zero in `lost`, `doubled`, `torn` and `reordered` is what the log promises. */
export interface LineReport {
  found: number;
  lost: number;
  doubled: number;
  torn: number;
  reordered: number;
  /** Lines that gap markers own up to. */
  gapLines: number;
  /** The first few lines that were torn, for the message of a failure. */
  samples: string[];
}

/** Options of {@link checkLines}. */
export interface CheckOptions {
  /** Stream → its highest number; each begins at 1. */
  readonly expected: Readonly<Record<string, number>>;
  /** Streams whose lines may be there or not. */
  readonly ignored?: readonly string[];
  /** Bytes before each line, such as a timestamp's 25. */
  readonly prefix?: number;
  /** More files, oldest first, to be read before the log's own: those that were moved away. */
  readonly moved?: readonly string[];
}

/** Checks the log at `path` with all its archives. */
export function checkLog(path: string, options: CheckOptions): LineReport {
  const files = [...(options.moved ?? []), ...logFiles(path)];
  return checkLines(files.map(readWhole), options);
}

/** Checks the contents of files, oldest first. A file's last line may lack its newline only in the last file. */
export function checkLines(contents: readonly Uint8Array[], options: CheckOptions): LineReport {
  const seen = new Map<string, Set<number>>();
  const latest = new Map<string, number>();
  const report: LineReport = { found: 0, lost: 0, doubled: 0, torn: 0, reordered: 0, gapLines: 0, samples: [] };
  for (const content of contents) {
    const lines = new TextDecoder("latin1").decode(content).split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const line of lines) take(line.slice(options.prefix ?? 0), line);
  }
  for (const [stream, count] of Object.entries(options.expected)) report.lost += count - (seen.get(stream)?.size ?? 0);
  return report;

  function take(line: string, raw: string): void {
    const gap = /\[appd\] gap: (\d+) lines/.exec(raw);
    if (gap) return void (report.gapLines += Number(gap[1]));
    const [stream = "", number] = line.split(" ", 2);
    const n = Number(number);
    const ignored = options.ignored?.includes(stream) ?? false;
    const inRange = n >= 1 && n <= (options.expected[stream] ?? (ignored ? Infinity : 0));
    if (!inRange || crcOf(line.slice(0, -8)) !== line.slice(-8)) {
      report.torn++;
      if (report.samples.length < 5) report.samples.push(raw.slice(0, 200));
      return;
    }
    report.found++;
    const numbers = seen.get(stream) ?? new Set();
    if (numbers.has(n)) report.doubled++;
    else if (n < (latest.get(stream) ?? 0)) report.reordered++;
    latest.set(stream, Math.max(n, latest.get(stream) ?? 0));
    seen.set(stream, numbers.add(n));
  }
}

/** The files of a log, oldest first, an archive once even when its original is still there. */
export function logFiles(path: string): string[] {
  const base = basename(path);
  const names = fs.existsSync(dirname(path)) ? fs.readdirSync(dirname(path)) : [];
  const archives = names
    .filter((name) => name.startsWith(`${base}.`) && !name.endsWith(".tmp"))
    .filter((name) => !(name.endsWith(".gz") && names.includes(name.slice(0, -3))))
    .sort((a, b) => ageKey(a).localeCompare(ageKey(b), "en"));
  return [...archives, ...names.filter((name) => name === base)].map((name) => join(dirname(path), name));
}

function ageKey(name: string): string {
  const [, stamp = "", serial = "0"] = /(\d{8}T\d{6}\.\d{3}Z)(?:-(\d+))?/.exec(name) ?? [];
  return `${stamp}-${serial.padStart(9, "0")}`;
}

/** Content of a file, uncompressed. Throws on a damaged archive. */
export function readWhole(path: string): Uint8Array {
  const bytes = fs.readFileSync(path);
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}
