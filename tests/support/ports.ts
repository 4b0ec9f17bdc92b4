import fs from "node:fs";
import { freePort } from "../../src/system/try_port.ts";

const LOWEST = 10_000;

/** Ports from here on are given to clients, ip(7). A server that is down for a moment may find its port taken by one. */
function clientPorts(): number {
  try {
    return Number(fs.readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]);
  } catch {
    return 32_768; // The kernel's default.
  }
}

/** A port of the loopback address for a server that may be down at times. Disposing gives it back. */
export interface ReservedPort extends Disposable {
  readonly port: number;
}

/**
 * A free port that no other test gets as long as it is reserved, whether somebody listens on it or not. Parts of the suite
 * run side by side: what marks it for all of them is a datagram socket with its number, which goes with its process.
 */
export function reservePort(): ReservedPort {
  while (true) {
    const port = freePort();
    try {
      const mark = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port });
      return { port, [Symbol.dispose]: () => mark.close() };
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/**
 * So many ports of the loopback address in a row that were free a moment ago, and that no client gets: for servers that
 * are stopped and started again. @returns the first
 */
export function serverPorts(count = 1): number {
  const range = Math.max(clientPorts(), LOWEST + 1000) - LOWEST - count;
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
