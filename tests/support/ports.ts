import { firstClientPort } from "../../src/system/try_port.ts";

const LOWEST = 10_000;
/** So many ports belong together; who listens on the first of them has the others. */
const BLOCK = 256;

/** Listens, or says that somebody does. */
function tryListen(port: number): Deno.TcpListener | undefined {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}

/**
 * Ports that no client gets, and no other file of tests that runs on this machine: two that only look which are free may
 * find the same one, and the second that uses it fails.
 */
class Ports {
  readonly #first: number;
  /** Held for as long as the file runs. */
  readonly #holder: Deno.TcpListener;
  #next = 1;

  constructor() {
    const blocks = Math.floor(Math.max(firstClientPort() - LOWEST, 80 * BLOCK) / BLOCK);
    for (let tries = 0;; tries++) {
      const first = LOWEST + BLOCK * Math.floor(Math.random() * blocks);
      const holder = tryListen(first);
      if (holder === undefined && tries < 20 * blocks) continue;
      if (holder === undefined) throw new Error(`all ${blocks} blocks of ports are held`);
      [this.#first, this.#holder] = [first, holder];
      return;
    }
  }

  /** So many in a row that nobody else has either. @returns the first */
  take(count: number): number {
    for (let tries = 0; tries < BLOCK; tries++) {
      if (this.#next + count > BLOCK) this.#next = 1;
      const first = this.#first + this.#next;
      this.#next += count;
      const listeners = Array.from({ length: count }, (_, i) => tryListen(first + i));
      for (const listener of listeners) listener?.close();
      if (!listeners.includes(undefined)) return first;
    }
    throw new Error(`all ports above ${this.#holder.addr.port} are taken`);
  }
}

const PORTS = new Ports();

/** A port of 127.0.0.1 that nobody has and nobody else is told. */
export function freePort(): number {
  return PORTS.take(1);
}

/** So many of those in a row. @returns the first */
export function serverPorts(count = 1): number {
  return PORTS.take(count);
}
