/** What tests with real servers share: requests that get through, and what stands in a program's log and its archives. */
import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import zlib from "node:zlib";
import { until } from "./instance.ts";

/**
 * Asks until it gets an answer: a request that a dying server dropped is repeated. One that is slow is waited for, because a
 * server that answers after that has two in its log.
 */
export async function request(url: string): Promise<string> {
  const answer = await until(`an answer from ${url}`, async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000), headers: { connection: "close" } });
    const text = await response.text();
    return response.ok ? { text } : undefined;
  }, 30_000);
  return answer.text;
}

/** Whether a redis answers on this port of the loopback address. */
export async function ping(port: number): Promise<boolean> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode("PING\r\n"));
  const answer = new Uint8Array(64);
  const n = await connection.read(answer);
  return new TextDecoder().decode(answer.subarray(0, n ?? 0)).startsWith("+PONG");
}

/** A log with all its archives, oldest first. */
export function logText(path: string): string {
  const name = basename(path);
  const names = fs.readdirSync(dirname(path)).filter((one) => one.startsWith(`${name}.`)).sort();
  return [...names, name].map((one) => {
    const bytes = fs.readFileSync(join(dirname(path), one));
    return (one.endsWith(".gz") ? zlib.gunzipSync(bytes) : bytes).toString("utf8");
  }).join("");
}
