/** The process's own signals, signal(7). */
export const systemSignals = {
  add: (signal: Deno.Signal, handler: () => void): void => Deno.addSignalListener(signal, handler),
  remove: (signal: Deno.Signal, handler: () => void): void => Deno.removeSignalListener(signal, handler),
};
