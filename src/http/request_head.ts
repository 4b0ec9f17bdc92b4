import type { Problem } from "./problem.ts";

/** Bytes of request line and header fields together, and how many fields; above them a request is refused with 431. */
export const HEAD_LIMITS = { bytes: 16 * 1024, line: 8 * 1024, fields: 100 } as const;

/** Start line and header fields of one request, RFC 9112 sections 2 to 6. */
export interface RequestHead {
  readonly method: string;
  /** Absolute; the authority is the target's when it was in absolute form, else the Host field's, else `localhost`. */
  readonly url: URL;
  readonly headers: Headers;
  readonly version: "1.0" | "1.1";
  /** Bytes of the body, by Content-Length, or `chunked` (RFC 9112 7.1). */
  readonly length: number | "chunked";
}

export interface HeadOptions {
  /** Whether a body for this path may come in chunks. Default: none. */
  readonly takesChunks?: (path: string) => boolean;
}

export type HeadResult = { readonly head: RequestHead } | { readonly problem: Problem };

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const REQUEST_LINE = new RegExp(`^(${TOKEN}) ([\\x21-\\x7e]+) HTTP/(\\d\\.\\d)$`);
const FIELD = new RegExp(`^(${TOKEN}):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*)$`);

/**
 * Reads the head of a request more strictly than most servers do, because whatever two parsers could read in two ways is
 * an attack: one way to end a line, to give a length, to name a host.
 *
 * @param text the bytes before the empty line, as Latin-1, lines separated by CR LF
 */
export function parseRequestHead(text: string, { takesChunks = () => false }: HeadOptions = {}): HeadResult {
  const [line = "", ...fields] = text.split("\r\n");
  const start = REQUEST_LINE.exec(line);
  if (line.length > HEAD_LIMITS.line) return problem(414, "the request line is too long");
  if (!start) return problem(400, "the request line is malformed");
  if (fields.length > HEAD_LIMITS.fields) return problem(431, "too many header fields");
  const [, method = "", target = "", version = ""] = start;
  if (version !== "1.0" && version !== "1.1") return problem(400, `HTTP/${version} is not spoken here`);
  const headers = parseFields(fields);
  if (headers === undefined) return problem(400, "a header field is malformed");
  const hosts = fields.filter((field) => /^host:/i.test(field)).length;
  if (hosts > 1 || (hosts === 0 && version === "1.1")) return problem(400, "exactly one Host field is needed");
  const url = urlOf(target, headers.get("host") ?? "localhost");
  if (url === undefined) return problem(400, "the request target or the Host field is malformed");
  const length = lengthOf(headers, version === "1.1" && takesChunks(url.pathname));
  return typeof length === "object" ? { problem: length } : { head: { method, url, headers, version, length } };
}

function problem(status: number, message: string): { readonly problem: Problem } {
  return { problem: { status, message } };
}

function parseFields(lines: readonly string[]): Headers | undefined {
  const headers = new Headers();
  for (const line of lines) {
    const field = FIELD.exec(line);
    if (!field) return undefined;
    headers.append(field[1] ?? "", (field[2] ?? "").trimEnd());
  }
  return headers;
}

/** Origin form and absolute form; the authority form is CONNECT's and the asterisk form OPTIONS', neither is served. */
function urlOf(target: string, host: string): URL | undefined {
  const ownAuthority = /^http:\/\//i.test(target);
  if (!ownAuthority && !target.startsWith("/")) return undefined;
  if (!/^[^/\\?#@\s]+$/.test(host)) return undefined;
  const url = URL.parse(ownAuthority ? target : `http://${host}${target}`);
  return url === null || url.username !== "" || url.password !== "" ? undefined : url;
}

function lengthOf(headers: Headers, takesChunks: boolean): number | "chunked" | Problem {
  const length = headers.get("content-length");
  if (headers.has("transfer-encoding")) {
    if (length !== null) return { status: 400, message: "Content-Length and Transfer-Encoding exclude each other" };
    if (takesChunks && headers.get("transfer-encoding")?.toLowerCase() === "chunked") return "chunked";
    return { status: 411, message: "send a Content-Length instead of a transfer encoding" };
  }
  if (length === null) return 0;
  return /^\d{1,15}$/.test(length) ? Number(length) : { status: 400, message: "Content-Length is malformed" };
}
