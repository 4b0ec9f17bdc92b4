import { SILENT } from "../base/logger.ts";
import { answerConnection, type ConnectionDeps } from "../http/connection.ts";
import { systemClock } from "../system/clock.ts";
import type { Connection } from "../system/sockets.ts";

/** Who answers, and how the body is sent. */
export interface Asking extends Pick<ConnectionDeps, "handler" | "streamLimit"> {
  /** The body is sent as it comes. */
  readonly asStream: boolean;
}

/** The answer that a client gets whose request comes as bytes over a connection. */
export async function answerTo(request: Request, { asStream, ...listener }: Asking): Promise<Response> {
  const connection = await connectionWith(request, asStream);
  const response = await answerConnection(connection, { clock: systemClock, log: SILENT, ...listener });
  if (response === undefined) throw new Error(`nothing came of the request for "${request.url}"`);
  return response;
}

/**
 * A request as the bytes that a client would send of it, so that it meets what they meet: the limits of head and body.
 * A body that is a stream comes in chunks, every other one with its length, unless the request says a length itself.
 */
async function connectionWith(request: Request, asStream: boolean): Promise<Pick<Connection, "read" | "write">> {
  const headers = new Headers(request.headers);
  const isChunked = request.body !== null && asStream && !headers.has("content-length");
  const bytes = request.body === null || asStream ? undefined : new Uint8Array(await request.arrayBuffer());
  if (isChunked) headers.set("transfer-encoding", "chunked");
  if (bytes !== undefined && !headers.has("content-length")) headers.set("content-length", String(bytes.length));
  const { pathname, search } = new URL(request.url);
  const fields = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = latin1(`${request.method} ${pathname}${search} HTTP/1.1\r\n${fields}\r\n`);
  return connectionOf(pieces(head, { body: bytes === undefined ? request.body : [bytes], isChunked }));
}

interface Body {
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | null;
  readonly isChunked: boolean;
}

/** RFC 9112, 7.1 for the chunks. */
async function* pieces(head: Uint8Array, { body, isChunked }: Body): AsyncGenerator<Uint8Array> {
  yield head;
  for await (const bytes of body ?? []) {
    if (bytes.length === 0) continue;
    if (isChunked) yield latin1(`${bytes.length.toString(16)}\r\n`);
    yield bytes;
    if (isChunked) yield latin1("\r\n");
  }
  if (isChunked) yield latin1("0\r\n\r\n");
}

function connectionOf(source: AsyncGenerator<Uint8Array>): Pick<Connection, "read" | "write"> {
  let rest = new Uint8Array(0);
  return {
    async read(into) {
      if (rest.length === 0) {
        const { done, value } = await source.next();
        if (done) return null;
        rest = new Uint8Array(value);
      }
      const part = rest.subarray(0, into.length);
      into.set(part);
      rest = rest.subarray(part.length);
      return part.length;
    },
    write: (bytes) => Promise.resolve(bytes.length), // Only "100 Continue": this client goes on anyway.
  };
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
