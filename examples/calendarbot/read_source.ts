import { AppdError } from "../../src/mod.ts";
import { type Source, sourceName } from "./source.ts";

/** What a server said of the copy that is known: with it, it need not send the calendar again. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export type SourceContent =
  | { readonly changed: true; readonly bytes: Uint8Array<ArrayBuffer>; readonly validators: Validators }
  | { readonly changed: false };

export interface ReadSourceOptions {
  /** Bytes. */
  readonly maxSize: number;
  readonly signal: AbortSignal;
  /** Those of the copy that may still be good; absent: the calendar is wanted in any case. */
  readonly known?: Validators | undefined;
}

const NO_VALIDATORS: Validators = { etag: null, lastModified: null };
/** For the whole answer. */
const FETCH_MS = 30_000;

/** @throws AppdError (unavailable) that says why, and no more of an address than its host */
export async function readSource(source: Source, options: ReadSourceOptions): Promise<SourceContent> {
  try {
    return source.kind === "file" ? await readFile(source.path, options) : await readUrl(source.url, options);
  } catch (error) {
    if (options.signal.aborted) throw error;
    const reason = reasonOf(error, source);
    throw new AppdError(`cannot read "${sourceName(source)}": ${reason}`, {
      exit: "unavailable",
      hint: source.kind === "file"
        ? `put a calendar there, or name another: calendarbot config set calendar.source https://…`
        : "look whether the address is right: calendarbot config get calendar.source",
      cause: error,
    });
  }
}

/** Whether {@link readSource} failed because the file is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof AppdError && error.cause instanceof Deno.errors.NotFound;
}

/** Something that is wrong with the source, in words. */
class SourceProblem extends Error {
  override readonly name = "SourceProblem";
}

function reasonOf(error: unknown, source: Source): string {
  if (error instanceof SourceProblem) return error.message;
  if (error instanceof Deno.errors.NotFound && source.kind === "file") return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof DOMException && error.name === "TimeoutError") return `no answer within ${FETCH_MS / 1000} s`;
  const text = error instanceof Error ? error.message : String(error);
  // The runtime puts the whole address into its message, the secret part too.
  return text.replaceAll(/\(?https?:\/\/\S*\)?/g, "").replace(/^error sending request for url\s*:?\s*/, "").slice(
    0,
    300,
  );
}

async function readFile(path: string, { maxSize }: ReadSourceOptions): Promise<SourceContent> {
  const { isFile } = await Deno.stat(path);
  if (!isFile) throw new SourceProblem("it is no file"); // A FIFO would keep whoever opens it for good.
  using file = await Deno.open(path);
  return { changed: true, bytes: await bounded(file.readable, maxSize), validators: NO_VALIDATORS };
}

async function readUrl(url: string, { maxSize, signal, known }: ReadSourceOptions): Promise<SourceContent> {
  const response = await fetch(url, {
    headers: { accept: "text/calendar, */*;q=0.1", ...conditions(known ?? NO_VALIDATORS) },
    signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]),
  });
  if (response.status === 304 && known !== undefined) return { changed: false };
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new SourceProblem(`the server answers ${response.status} ${response.statusText}`.trimEnd());
  }
  const { headers } = response;
  return {
    changed: true,
    bytes: await bounded(response.body, maxSize),
    validators: { etag: headers.get("etag"), lastModified: headers.get("last-modified") },
  };
}

function conditions({ etag, lastModified }: Validators): Record<string, string> {
  return {
    ...(etag === null ? {} : { "if-none-match": etag }),
    ...(lastModified === null ? {} : { "if-modified-since": lastModified }),
  };
}

/** All of a stream, unless it is larger than allowed: the rest is then not read. */
async function bounded(stream: ReadableStream<Uint8Array>, maxSize: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxSize) throw new SourceProblem(`it is larger than calendar.max_size, ${maxSize} bytes`);
    chunks.push(chunk);
  }
  const all = new Uint8Array(size);
  chunks.reduce((offset, chunk) => (all.set(chunk, offset), offset + chunk.length), 0);
  return all;
}
