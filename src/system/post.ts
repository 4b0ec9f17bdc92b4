import { messageOf } from "../base/errors.ts";
import { exchange } from "./http_head.ts";
import { type Connection, systemConnector } from "./sockets.ts";

/** What is sent by {@link systemPost}. */
export interface PostOptions {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * POSTs to an http or https address; @returns the status code.
 *
 * @throws UnsentError when no connection came about; else what fetch or the socket throws, the address in its text
 */
export type Post = (url: string, options: PostOptions) => Promise<number>;

/** There was no connection, so that the other side has certainly got nothing. */
export class UnsentError extends Error {}

/**
 * The machine's network. Follows no redirect and reads no body. Proxies of the environment (HTTP_PROXY, HTTPS_PROXY,
 * NO_PROXY) are for the outside: an http address of this host is asked directly, whatever they say. The runtime's fetch
 * cannot be told so, therefore that request is written here.
 */
export const systemPost: Post = async (url, options) => {
  const target = new URL(url);
  return await (isOfThisHost(target) ? postDirectly(target, options) : postByFetch(url, options));
};

function isOfThisHost({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

async function postByFetch(url: string, { body, headers, signal }: PostOptions): Promise<number> {
  try {
    const response = await fetch(url, { method: "POST", body, headers, signal, redirect: "manual" });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    // fetch tells that it could not connect only in the text of its TypeError.
    if (!signal.aborted && /\(Connect\)/.test(messageOf(error))) throw unsent(error);
    throw error;
  }
}

async function postDirectly(target: URL, options: PostOptions): Promise<number> {
  const { signal } = options;
  const connection = await connect(target, signal);
  signal.addEventListener("abort", connection.close);
  try {
    signal.throwIfAborted();
    return await exchange(connection, requestOf(target, options));
  } finally {
    signal.removeEventListener("abort", connection.close);
    connection.close();
  }
}

async function connect({ hostname, port }: URL, signal: AbortSignal): Promise<Connection> {
  try {
    const plain = hostname.replace(/^\[|\]$/g, "");
    return await systemConnector.connect({ hostname: plain, port: Number(port || 80) }, signal);
  } catch (error) {
    throw signal.aborted ? error : unsent(error);
  }
}

function unsent(error: unknown): UnsentError {
  return new UnsentError(messageOf(error), { cause: error });
}

/** With the target in origin form, as every server but a proxy is asked: RFC 9112, 3.2.1. */
function requestOf(target: URL, { body, headers }: PostOptions): Uint8Array {
  const { host, pathname, search, username, password } = target;
  const bytes = new TextEncoder().encode(body);
  const login = btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const fields = {
    host,
    ...headers,
    ...(username === "" && password === "" ? {} : { authorization: `Basic ${login}` }),
    "content-length": String(bytes.length),
    connection: "close",
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const head = new TextEncoder().encode([`POST ${pathname}${search} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
  const request = new Uint8Array(head.length + bytes.length);
  request.set(head);
  request.set(bytes, head.length);
  return request;
}
