import { type Context, Hono } from "hono";
import { AppdError, type Kit } from "../../src/mod.ts";
import { FileBook } from "./file_book.ts";
import { type FilesReport, type QueueReport, reportOf } from "./file_report.ts";
import { FILE_STATES, isFileState } from "./file_state.ts";
import { retryFile } from "./retry_file.ts";
import type { VpoConfig } from "./settings.ts";

const LIMIT = 1000;

/** `/api/vpo`: what is in the library's database; and over the control socket, another turn for a file. */
export function routes(kit: Kit<VpoConfig>): Hono {
  const book = new FileBook(kit.store, () => kit.clock.now());
  return new Hono()
    .get("/api/vpo/files", (c) => files(c, book))
    .get("/api/vpo/queue", async (c) => c.json(await queueOf(book)))
    .post("/api/vpo/retry", (c) => retry(c, { book, library: kit.config.library }));
}

async function files(c: Context, book: FileBook): Promise<Response> {
  const states = c.req.queries("state") ?? [];
  const unknown = states.find((state) => !isFileState(state));
  if (unknown !== undefined) {
    throw new AppdError(`no state "${unknown}"`, { exit: "usage", hint: `states: ${FILE_STATES.join(", ")}` });
  }
  const limit = Math.min(LIMIT, Math.max(1, Number(c.req.query("limit")) || LIMIT));
  const query = { limit, newest: true, ...(states.length === 0 ? {} : { states: states.filter(isFileState) }) };
  return c.json({ files: (await book.list(query)).map(reportOf) } satisfies FilesReport);
}

async function queueOf(book: FileBook): Promise<QueueReport> {
  const of = async (...states: Parameters<FileBook["list"]>[0]["states"] & object) =>
    (await book.list({ states, limit: LIMIT })).map(reportOf);
  return {
    running: await of("processing", "moving"),
    waiting: await of("waiting"),
    failed: await of("failed", "interrupted"),
    counts: await book.counts(),
  };
}

async function retry(c: Context, ports: Parameters<typeof retryFile>[1]): Promise<Response> {
  const { path } = await c.req.json().catch(() => null) ?? {}; // What is no JSON names no path.
  if (typeof path !== "string") throw new AppdError("no path", { exit: "usage", hint: 'send {"path": "film.mkv"}' });
  try {
    return c.json({ file: reportOf(await retryFile(path, ports)) });
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    const { message, hint = null, exit } = error;
    return c.json({ error: { message, hint, exit } }, 409); // Nothing is wrong here, so it is none of the kit's 500.
  }
}
