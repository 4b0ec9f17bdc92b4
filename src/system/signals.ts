import { constants } from "node:os";

/** The process's own signals, signal(7). */
export const systemSignals = {
  add: (signal: Deno.Signal, handler: () => void): void => Deno.addSignalListener(signal, handler),
  remove: (signal: Deno.Signal, handler: () => void): void => Deno.removeSignalListener(signal, handler),
};

/** The number of a signal such as SIGTERM on this machine; undefined when it knows none of that name. */
export function signalNumber(name: string): number | undefined {
  return Object.entries(constants.signals).find(([known]) => known === name)?.[1];
}
