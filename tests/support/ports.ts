import fs from "node:fs";

const LOWEST = 10_000;

/** Ports from here on are given to clients, ip(7). A server that is down for a moment may find its port taken by one. */
function clientPorts(): number {
  try {
    return Number(fs.readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]);
  } catch {
    return 32_768; // The kernel's default.
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
