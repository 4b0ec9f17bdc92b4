import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Clock } from "../system/clock.ts";
import type { Connection } from "../system/sockets.ts";
import { BodyStream, LATE } from "./body_stream.ts";
import { RequestInput } from "./input.ts";
import { EVENT_STREAM, writeAll, writeResponse } from "./output.ts";
import { type Problem, replyProblem, tooLong } from "./problem.ts";
import { HEAD_LIMITS, parseRequestHead, type RequestHead } from "./request_head.ts";

/**
 * Answers a request; a rejection is a bug and becomes a plain 500. `refusal` tells why the body could not be read to its
 * end, once its reader has met that: that is what the client gets then, whatever the answer says.
 */
export type Handler = (request: Request, refusal: Refusal) => Response | Promise<Response>;
export type Refusal = () => Problem | undefined;

/**
 * How long a client may take, in milliseconds, and how many bytes of body it may send to an endpoint that gets it whole.
 * One that takes it as it comes has a limit of its own, and may take `bodyMs` for each piece.
 */
export const CONNECTION_LIMITS = {
  headMs: 10_000,
  idleMs: 5_000,
  bodyMs: 10_000,
  writeMs: 30_000,
  lingerMs: 1_000,
  body: 64 * 1024,
};

/**
 * Only `answering` is a loss to cut off: a reader of an endless stream comes back and asks for what it missed. To end an
 * `idle` one, which has its answer and has sent no further head, costs nobody anything.
 */
export type Phase = "reading" | "answering" | "streaming" | "closing" | "idle";

export interface ConnectionDeps {
  readonly clock: Clock;
  readonly handler: Handler;
  readonly log: Logger;
  /** Told of each phase as it begins. */
  readonly enter: (phase: Phase) => void;
  /** Whether another request may come on a connection. Default: always. */
  readonly persists?: () => boolean;
  /** Most bytes of a body for a path that takes it as it comes; undefined for one that gets it whole. Default: all do. */
  readonly streamLimit?: ((path: string) => number | undefined) | undefined;
}

type Received = Asked | { readonly problem: Problem; readonly head?: RequestHead };

interface Asked {
  readonly request: Request;
  readonly head: RequestHead;
  /** Where it is read as it comes. */
  readonly body?: BodyStream;
}

/**
 * The answer to the one request of a connection, under every limit, and not written; undefined when none came. A body that
 * is read as it comes stays open for the answer.
 */
export async function answerConnection(
  connection: Pick<Connection, "read" | "write">,
  deps: Omit<ConnectionDeps, "enter" | "persists">,
): Promise<Response | undefined> {
  const received = await receive(connection, { ...deps, input: new RequestInput(connection) });
  if (received === undefined) return undefined;
  return "request" in received ? await answer(received, deps) : replyProblem(received.problem);
}

/**
 * Serves the requests of a connection, one after the other, and closes it: after a refusal, where one side says so, and
 * when no further request comes. Never rejects; ends soon after the connection is closed by somebody else.
 */
export async function serveConnection(connection: Connection, deps: ConnectionDeps): Promise<void> {
  const input = new RequestInput(connection);
  try {
    for (let waitMs = CONNECTION_LIMITS.headMs; await serveRequest(connection, { ...deps, input, waitMs });) {
      deps.enter("idle");
      waitMs = CONNECTION_LIMITS.idleMs;
    }
  } catch (error) {
    deps.log.debug("connection lost", { error: messageOf(error) });
  } finally {
    connection.close();
  }
}

/** Serves the next request of a connection. @returns whether another one may come */
async function serveRequest(
  connection: Connection,
  deps: ConnectionDeps & { readonly input: RequestInput; readonly waitMs: number },
): Promise<boolean> {
  const { clock, enter, persists = () => true } = deps;
  const received = await receive(connection, { ...deps, onHead: () => enter("reading") });
  if (received === undefined) return false;
  enter("answering");
  const response = "request" in received ? await answer(received, deps) : replyProblem(received.problem);
  const { method = "GET", version = "1.0" } = received.head ?? {};
  const endless = isEndless(response) && method !== "HEAD";
  if (endless) enter("streaming");
  if (endless && "body" in received) received.body?.close();
  const gone = endless ? { gone: goneOf(connection) } : {};
  const idleMs = !endless && "request" in received && isPersistent(received) && persists()
    ? CONNECTION_LIMITS.idleMs
    : undefined;
  const isWhole = await writeResponse(withWriteLimit(connection, clock), response, {
    method,
    version,
    idleMs,
    ...gone,
  });
  if (isWhole && idleMs !== undefined) return true;
  enter("closing");
  if ("body" in received) received.body?.close();
  if (!endless) await linger(connection, clock); // Whoever ended an endless one has read all it will.
  return false;
}

/**
 * Whether the client goes on with its connection, RFC 9112 9.3, and the next bytes are the next request's: what is left of
 * a body would be read as one.
 */
function isPersistent({ head: { version, headers }, body }: Asked): boolean {
  const options = (headers.get("connection") ?? "").split(",").map((option) => option.trim().toLowerCase());
  return version === "1.1" && !options.includes("close") && body?.isWhole !== false;
}

function isEndless({ headers }: Response): boolean {
  return headers.get("content-type")?.split(";")[0]?.trim() === EVENT_STREAM;
}

/**
 * Aborted when the client closes its side or the connection is closed: a stream that has nothing to say would not notice.
 * What the client still sends is dropped.
 */
function goneOf(connection: Connection): AbortSignal {
  const gone = new AbortController();
  const abort = () => gone.abort();
  drain(connection).then(abort, abort);
  return gone.signal;
}

async function drain(connection: Connection): Promise<void> {
  const into = new Uint8Array(16 * 1024);
  while (await connection.read(into) !== null);
}

async function answer(
  { request, body }: Asked,
  { handler, log }: Pick<ConnectionDeps, "handler" | "log">,
): Promise<Response> {
  try {
    const response = await handler(request, () => body?.problem);
    if (body?.problem === undefined) return response;
    await response.body?.cancel(); // Whoever read half a body may have taken it for something else, such as bad JSON.
    return replyProblem(body.problem);
  } catch (error) {
    if (body?.problem !== undefined) return replyProblem(body.problem); // The client's doing, whatever came of it here.
    log.error("a request failed", { error: error instanceof Error ? error.stack : String(error) });
    return replyProblem({ status: 500, message: "internal error", exit: "internal" });
  }
}

async function receive(
  connection: Pick<Connection, "read" | "write">,
  { clock, streamLimit = () => undefined, input, waitMs = CONNECTION_LIMITS.headMs, onHead }:
    & Pick<ConnectionDeps, "clock" | "streamLimit">
    & { readonly input: RequestInput; readonly waitMs?: number; readonly onHead?: () => void },
): Promise<Received | undefined> {
  const found = await within(clock, waitMs, input.head(HEAD_LIMITS.bytes));
  if (found === LATE) return input.leftover ? refused(408, "the request took too long") : undefined;
  if ("failure" in found) {
    if (found.failure === "closed") return input.leftover ? refused(400, "the request is incomplete") : undefined;
    return found.failure === "too long" ? refused(431, "the header is too long") : refused(400, "a line is malformed");
  }
  onHead?.();
  const parsed = parseRequestHead(found.text, { takesChunks: (path) => streamLimit(path) !== undefined });
  if ("problem" in parsed) return parsed;
  const { head } = parsed;
  const limit = streamLimit(head.url.pathname);
  if (head.length !== 0 && limit !== undefined) return streamBody(connection, { clock, input, head, limit });
  return await receiveBody(connection, { clock, input, head });
}

/** The request of whom reads its body itself. */
function streamBody(
  connection: Pick<Connection, "read" | "write">,
  { clock, input, head, limit }: { clock: Clock; input: RequestInput; head: RequestHead; limit: number },
): Received {
  const body = new BodyStream({
    input,
    length: head.length,
    limit,
    within: (work) => within(clock, CONNECTION_LIMITS.bodyMs, work),
    begin: () => continueFor(connection, head),
  });
  const received = toRequest(head, body.stream);
  return "request" in received ? { ...received, body } : received;
}

/** A client that asks first is told to go on, RFC 9110 10.1.1. */
async function continueFor(connection: Pick<Connection, "write">, { headers }: RequestHead): Promise<void> {
  if (headers.get("expect")?.toLowerCase() !== "100-continue") return;
  await writeAll(connection, new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n"));
}

async function receiveBody(
  connection: Pick<Connection, "read" | "write">,
  { clock, input, head }: { clock: Clock; input: RequestInput; head: RequestHead },
): Promise<Received> {
  const length = Number(head.length);
  if (length > CONNECTION_LIMITS.body) return { problem: tooLong(CONNECTION_LIMITS.body), head };
  if (length > 0) await continueFor(connection, head);
  const body = await within(clock, CONNECTION_LIMITS.bodyMs, input.body(length));
  if (body === LATE) return refused(408, "the body took too long", head);
  if (body === undefined) return refused(400, "the body is incomplete", head);
  return toRequest(head, body.length > 0 ? body : undefined);
}

/** The standard's Request knows no CONNECT and TRACE, and takes `get` for GET; neither is anything that we serve. */
function toRequest(head: RequestHead, body: BodyInit | undefined): Received {
  const { method, url, headers } = head;
  const unknown: Received = {
    head,
    problem: { status: 405, message: `method ${method} is not served`, headers: { allow: "GET, HEAD, POST" } },
  };
  if (/^(CONNECT|TRACE|TRACK)$/i.test(method)) return unknown;
  const takesBody = method !== "GET" && method !== "HEAD" && body !== undefined;
  const request = new Request(url, { method, headers, ...(takesBody ? { body } : {}) });
  return request.method === method ? { request, head } : unknown;
}

function refused(status: number, message: string, head?: RequestHead): Received {
  return { problem: { status, message }, ...(head === undefined ? {} : { head }) };
}

function withWriteLimit(connection: Connection, clock: Clock): Pick<Connection, "write"> {
  return {
    async write(bytes) {
      const count = await within(clock, CONNECTION_LIMITS.writeMs, connection.write(bytes));
      if (count === LATE) throw new Error("the client does not read its response");
      return count;
    },
  };
}

/**
 * Reads until the client closes too: closing with unread bytes would reset the connection and take the response away
 * from a client that is still sending.
 */
async function linger(connection: Connection, clock: Clock): Promise<void> {
  await connection.closeWrite();
  await within(clock, CONNECTION_LIMITS.lingerMs, drain(connection));
}

async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | typeof LATE> {
  const { promise, resolve } = Promise.withResolvers<typeof LATE>();
  using _timer = clock.after(ms, () => resolve(LATE));
  return await Promise.race([work, promise]);
}
