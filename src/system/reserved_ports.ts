import fs from "node:fs";
import { cannot } from "../base/errors.ts";

const LOWEST = 10_000;
/** So many ports belong together; who listens on the first of them has the others. */
const BLOCK = 256;
/** There are so many blocks at least, also where clients get nearly all ports. */
const FEWEST_BLOCKS = 80;
/** The kernel's default. */
const CLIENT_PORTS = 32_768;

/** Ports of 127.0.0.1 for servers that are still to be started, or are down for a moment. Disposing gives them back. */
export interface ReservedPorts extends Disposable {
  /**
   * So many in a row, one unless said otherwise, on which nobody listens.
   *
   * @returns the first; none is given again before all others were
   * @throws AppdError (unavailable) when too few are free
   */
  take(count?: number): number;
}

/**
 * Reserves ports that no client gets, as far as there are such, and nobody else who reserves on this host: two that only look
 * which are free may find the same one, and the second that uses it fails.
 *
 * @throws AppdError (unavailable) when all are held
 */
export function reservePorts(): ReservedPorts {
  const blocks = Math.max(Math.floor((firstClientPort() - LOWEST) / BLOCK), FEWEST_BLOCKS);
  for (let tries = 0; tries < 20 * blocks; tries++) {
    const first = LOWEST + BLOCK * Math.floor(Math.random() * blocks);
    const holder = tryListen(first);
    if (holder !== undefined) return new Block(holder);
  }
  throw cannot(["reserve", "ports of 127.0.0.1"], `all ${blocks} blocks of ${BLOCK} are held by others`, {
    exit: "unavailable",
    hint: "see who has them: ss -ltnp",
  });
}

/** Ports from here on are given to clients, ip(7): one has its port for a minute after its end, too. */
export function firstClientPort(): number {
  try {
    return Number(fs.readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]) || CLIENT_PORTS;
  } catch {
    return CLIENT_PORTS; // There is no such file, or it must not be read.
  }
}

class Block implements ReservedPorts {
  readonly #holder: Deno.TcpListener;
  #next = 1;

  constructor(holder: Deno.TcpListener) {
    this.#holder = holder;
  }

  take(count = 1): number {
    for (let tries = 0; tries < BLOCK; tries++) {
      if (this.#next + count > BLOCK) this.#next = 1;
      const first = this.#holder.addr.port + this.#next;
      this.#next += count;
      const listeners = Array.from({ length: count }, (_, i) => tryListen(first + i));
      for (const listener of listeners) listener?.close();
      if (!listeners.includes(undefined)) return first;
    }
    throw cannot(["reserve", "ports of 127.0.0.1"], `all above ${this.#holder.addr.port} are taken`, {
      exit: "unavailable",
      hint: "see who has them: ss -ltnp",
    });
  }

  [Symbol.dispose](): void {
    this.#holder.close();
  }
}

/** Listens; undefined where somebody does. */
function tryListen(port: number): Deno.TcpListener | undefined {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}
