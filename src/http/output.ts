import type { Connection } from "../system/sockets.ts";

/** Media type of server-sent events, WHATWG HTML 9.2: the response that has no end. */
export const EVENT_STREAM = "text/event-stream";

/** What of the request decides how its response is written. */
export interface Answered {
  readonly method: string;
  readonly version: "1.0" | "1.1";
  /** Milliseconds for which the connection stays open behind the response; undefined: it ends with it. */
  readonly idleMs?: number | undefined;
  /** Ends the body early, because nobody reads it any more. */
  readonly gone?: AbortSignal;
}

/**
 * Writes a response; resolves when the kernel has all of it. The body is cancelled when it is not read to its end, so that
 * what feeds it lets go. Never more bytes than Content-Length says: the client would take the rest for another response.
 *
 * @returns whether the client sees where it ends, RFC 9112 6.3, so that another response may follow
 */
export async function writeResponse(
  connection: Pick<Connection, "write">,
  response: Response,
  { method, version, idleMs, gone }: Answered,
): Promise<boolean> {
  const framing = framingOf(response, { method, version });
  const body = response.body?.getReader();
  const cancel = () => body?.cancel();
  gone?.addEventListener("abort", cancel);
  let left = framing.length ?? Infinity;
  try {
    await writeAll(connection, encode(headOf(response, { ...framing, idleMs })));
    for (
      let next = await nextOf(framing.hasBody, body);
      next !== undefined;
      next = await nextOf(framing.hasBody, body)
    ) {
      const bytes = next.subarray(0, left);
      if (bytes.length > 0) await writeAll(connection, framing.isChunked ? framed(bytes) : bytes);
      left -= bytes.length;
      if (bytes.length < next.length) return false;
    }
    if (framing.isChunked) await writeAll(connection, encode("0\r\n\r\n"));
  } finally {
    gone?.removeEventListener("abort", cancel);
    await cancel();
  }
  return framing.isChunked || left === 0;
}

/** How a client comes to know where a response ends. */
interface Framing {
  /** Whether bytes follow the head. */
  readonly hasBody: boolean;
  readonly isChunked: boolean;
  /** How many bytes follow; undefined when only the end of the connection tells. */
  readonly length: number | undefined;
  /** Whether the head has to say that nothing follows. */
  readonly saysEmpty: boolean;
}

function framingOf({ body, status, headers }: Response, { method, version }: Answered): Framing {
  const given = headers.get("content-length");
  const isBare = method === "HEAD" || status === 204 || status === 304; // Whatever their head says, RFC 9112 6.3.
  const hasBody = body !== null && !isBare;
  const saysEmpty = !isBare && body === null && given === null;
  const length = isBare || saysEmpty ? 0 : given === null ? undefined : Number(given);
  return { hasBody, saysEmpty, length, isChunked: hasBody && given === null && version === "1.1" };
}

async function nextOf(
  wanted: boolean,
  body: ReadableStreamDefaultReader<Uint8Array> | undefined,
): Promise<Uint8Array | undefined> {
  return wanted ? (await body?.read())?.value : undefined;
}

/** Writes all of `bytes`, over as many writes as it takes. */
export async function writeAll(connection: Pick<Connection, "write">, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await connection.write(bytes.subarray(done));
}

function headOf(
  response: Response,
  { isChunked, saysEmpty, idleMs }: Framing & Pick<Answered, "idleMs">,
): string {
  const lines = [`HTTP/1.1 ${response.status} ${REASONS[response.status] ?? "Status"}`];
  for (const [name, value] of response.headers) if (!OURS.has(name)) lines.push(`${name}: ${value}`);
  lines.push(`date: ${new Date().toUTCString()}`, `connection: ${idleMs === undefined ? "close" : "keep-alive"}`);
  if (idleMs !== undefined) lines.push(`keep-alive: timeout=${Math.floor(idleMs / 1000)}`);
  if (isChunked) lines.push("transfer-encoding: chunked");
  if (saysEmpty) lines.push("content-length: 0");
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Say something of the connection that only we know; a response that was got elsewhere may have them, RFC 9110 7.6.1. */
const OURS: ReadonlySet<string> = new Set([
  "connection",
  "date",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function framed(chunk: Uint8Array): Uint8Array {
  const size = encode(`${chunk.length.toString(16)}\r\n`);
  const frame = new Uint8Array(size.length + chunk.length + 2);
  frame.set(size);
  frame.set(chunk, size.length);
  frame.set(encode("\r\n"), size.length + chunk.length);
  return frame;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** RFC 9110 section 15 and the registry that it made; an app may hand on whatever another server has said. */
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  203: "Non-Authoritative Information",
  204: "No Content",
  205: "Reset Content",
  206: "Partial Content",
  207: "Multi-Status",
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  417: "Expectation Failed",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  423: "Locked",
  424: "Failed Dependency",
  425: "Too Early",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  507: "Insufficient Storage",
  511: "Network Authentication Required",
};
