import type { Clock } from "../system/clock.ts";
import type { Connection, Connector } from "../system/sockets.ts";
import { exchange } from "../system/http_head.ts";
import type { Look } from "./probe.ts";

/** How much of a body is read, in bytes, and how long that may take once the status is known, in milliseconds. */
const BODY_LIMIT = 10 * 1024;
const BODY_PATIENCE = 200;

/** What {@link httpLook} is handed. */
export interface HttpDeps {
  readonly clock: Pick<Clock, "after">;
  readonly connector: Connector;
  /** The User-Agent. */
  readonly agent: string;
}

/**
 * GET over a connection of its own: no pool that hides a listener that is gone, no proxy out of the environment, as
 * `fetch` would have both. Status 200 to 399 is good, redirects are not followed, and of the body only enough is taken
 * that the server is not cut short. What is shown of the URL ends before its query, which may hold a secret.
 */
export function httpLook(url: string, deps: HttpDeps): Look {
  const target = new URL(url);
  const tls = target.protocol === "https:";
  const hostname = target.hostname.replace(/^\[|\]$/g, "");
  const port = target.port === "" ? (tls ? 443 : 80) : Number(target.port);
  const request = new TextEncoder().encode(requestText(target, deps.agent));
  return {
    subject: `GET ${target.origin}${target.pathname}`,
    async look(signal) {
      const connection = await deps.connector.connect({ hostname, port, tls }, signal);
      signal.addEventListener("abort", connection.close);
      try {
        signal.throwIfAborted();
        const status = await exchange(connection, request);
        await drain(connection, deps.clock);
        return { ok: status >= 200 && status < 400, seen: `${status}` };
      } finally {
        signal.removeEventListener("abort", connection.close);
        connection.close();
      }
    },
  };
}

function requestText({ host, pathname, search }: URL, agent: string): string {
  const fields = [`Host: ${host}`, `User-Agent: ${agent}`, "Accept: */*", "Connection: close"];
  return [`GET ${pathname}${search} HTTP/1.1`, ...fields, "", ""].join("\r\n");
}

/** Reads on to the end of the body, within limits: what comes of it does not matter any more. */
async function drain(connection: Connection, clock: Pick<Clock, "after">): Promise<void> {
  using _patience = clock.after(BODY_PATIENCE, connection.close);
  const chunk = new Uint8Array(4096);
  try {
    for (let left = BODY_LIMIT; left > 0;) {
      const length = await connection.read(chunk);
      if (length === null) return;
      left -= length;
    }
  } catch {
    return; // Closed by us or by the server: the status has been said.
  }
}
