import { firstClientPort } from "../../src/system/try_port.ts";

const LOWEST = 10_000;

/**
 * So many ports of the loopback address in a row that were free a moment ago, and that no client gets: for servers that
 * are stopped and started again. @returns the first
 */
export function serverPorts(count = 1): number {
  const range = Math.max(firstClientPort(), LOWEST + 1000) - LOWEST - count;
  while (true) {
    const first = LOWEST + Math.floor(Math.random() * range);
    try {
      for (let i = 0; i < count; i++) Deno.listen({ hostname: "127.0.0.1", port: first + i }).close();
      return first;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
