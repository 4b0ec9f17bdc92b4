import { reservePorts } from "../../src/system/reserved_ports.ts";

/** Of the file of tests that runs: no other file's, and no conformance's either. */
const PORTS = reservePorts();

/** A port of 127.0.0.1 that nobody has and nobody else is told. */
export function freePort(): number {
  return PORTS.take();
}

/** So many of those in a row. @returns the first */
export function serverPorts(count = 1): number {
  return PORTS.take(count);
}
