import type { Connector } from "../system/sockets.ts";

/** A request as it goes over the wire: also one that no client of good manners would send. */
export interface WireRequest {
  readonly port: number;
  /** Default GET. */
  readonly method?: string;
  readonly path: string;
  /** `Host` may be given too; default `127.0.0.1:PORT`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds from the connection to the last byte. */
  readonly ms: number;
}

const LIMIT_MS = 15_000;
const CHUNK = 65_536;

/** One HTTP/1.1 exchange on a connection of its own, RFC 9112. @throws what the connection throws */
export async function exchange(connector: Connector, request: WireRequest): Promise<WireAnswer> {
  const began = performance.now();
  const signal = AbortSignal.timeout(LIMIT_MS);
  const connection = await connector.connect({ hostname: "127.0.0.1", port: request.port }, signal);
  const abandon = () => connection.close();
  signal.addEventListener("abort", abandon);
  try {
    const bytes = new TextEncoder().encode(headOf(request) + (request.body ?? ""));
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    const decoder = new TextDecoder();
    const chunk = new Uint8Array(CHUNK);
    let text = "";
    for (let length = await connection.read(chunk); length !== null; length = await connection.read(chunk)) {
      text += decoder.decode(chunk.subarray(0, length), { stream: true });
    }
    return { ...parse(text), ms: performance.now() - began };
  } finally {
    signal.removeEventListener("abort", abandon);
    connection.close();
  }
}

function headOf({ port, method = "GET", path, headers = {}, body }: WireRequest): string {
  const own = { Host: `127.0.0.1:${port}`, ...headers, Connection: "close" };
  const length = body === undefined ? {} : { "Content-Length": `${new TextEncoder().encode(body).length}` };
  const lines = Object.entries({ ...own, ...length }).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}

function parse(text: string): Omit<WireAnswer, "ms"> {
  const end = text.indexOf("\r\n\r\n");
  const [line = "", ...rest] = text.slice(0, end).split("\r\n");
  const headers = Object.fromEntries(rest.map((header) => {
    const colon = header.indexOf(":");
    return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
  }));
  const raw = text.slice(end + 4);
  return { status: Number(line.split(" ")[1]), headers, body: isChunked(headers) ? joined(raw) : raw };
}

function isChunked(headers: Readonly<Record<string, string>>): boolean {
  return headers["transfer-encoding"]?.toLowerCase() === "chunked";
}

/** The text of a chunked body; good for what is ASCII, as the ends of the chunks are counted in bytes. */
function joined(raw: string): string {
  let text = "";
  for (let rest = raw;;) {
    const end = rest.indexOf("\r\n");
    const length = Number.parseInt(rest.slice(0, end), 16);
    if (!(length > 0)) return text;
    text += rest.slice(end + 2, end + 2 + length);
    rest = rest.slice(end + 4 + length);
  }
}
