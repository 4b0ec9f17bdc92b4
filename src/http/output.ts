import type { Connection } from "../system/sockets.ts";

/** Writes a response; resolves when the kernel has all of it. One response a connection, RFC 9112 9.6 `close`. */
export async function writeResponse(
  connection: Pick<Connection, "write">,
  response: Response,
  request: { readonly method: string; readonly version: "1.0" | "1.1" },
): Promise<void> {
  const body = request.method === "HEAD" ? null : response.body;
  const chunked = body !== null && !response.headers.has("content-length") && request.version === "1.1";
  await writeAll(connection, encode(headOf(response, chunked)));
  if (body === null) return await response.body?.cancel();
  for await (const chunk of body) {
    if (chunk.length > 0) await writeAll(connection, chunked ? framed(chunk) : chunk);
  }
  if (chunked) await writeAll(connection, encode("0\r\n\r\n"));
}

/** Writes all of `bytes`, over as many writes as it takes. */
export async function writeAll(connection: Pick<Connection, "write">, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await connection.write(bytes.subarray(done));
}

function headOf(response: Response, chunked: boolean): string {
  const lines = [`HTTP/1.1 ${response.status} ${REASONS[response.status] ?? "Status"}`];
  for (const [name, value] of response.headers) lines.push(`${name}: ${value}`);
  lines.push(`date: ${new Date().toUTCString()}`, "connection: close");
  if (chunked) lines.push("transfer-encoding: chunked");
  return `${lines.join("\r\n")}\r\n\r\n`;
}

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

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  202: "Accepted",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  411: "Length Required",
  413: "Content Too Large",
  414: "URI Too Long",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};
