import fs from "node:fs";

/** What came of an attempt to listen. */
export type PortAttempt = "free" | "taken" | "no address" | "denied";

/** Whether this process could listen on a TCP address: it does, for an instant, because only the kernel knows. */
export function tryPort(hostname: string, port: number): PortAttempt {
  try {
    Deno.listen({ hostname, port }).close();
    return "free";
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return "taken";
    if (error instanceof Deno.errors.AddrNotAvailable) return "no address";
    if (error instanceof Deno.errors.PermissionDenied) return "denied";
    throw error;
  }
}

const LOWEST = 10_000;
/** More than are needed wherever some are free. */
const TRIES = 100;
/** The kernel's default. */
const CLIENT_PORTS = 32_768;

/** Ports from here on are given to clients, ip(7): one has its port for a minute after its end, too. */
export function firstClientPort(): number {
  try {
    return Number(fs.readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]) || CLIENT_PORTS;
  } catch {
    return CLIENT_PORTS; // There is no such file, or it must not be read.
  }
}

/**
 * A port of 127.0.0.1 that nobody has at the moment, and that no client gets: a server that is down for a moment finds it
 * free again. Another server may have it before it is used.
 */
export function freePort(): number {
  const room = firstClientPort() - LOWEST;
  for (let tries = 0; room > 0 && tries < TRIES; tries++) {
    const port = LOWEST + Math.floor(Math.random() * room);
    if (tryPort("127.0.0.1", port) === "free") return port;
  }
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
