import { systemSignals } from "../system/signals.ts";

/** Signals that abort, instead of the end of the process; until it is disposed. A second one ends it. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * For a command that waits for something that goes on without it, or that has to clean up.
 *
 * @param names default: SIGINT alone
 */
export function onInterrupt(
  names: readonly Deno.Signal[] = ["SIGINT"],
  source: Pick<typeof systemSignals, "add" | "remove"> = systemSignals,
): Interrupt {
  const stop = new AbortController();
  const remove = () => names.forEach((name) => source.remove(name, handler));
  const handler = () => {
    remove();
    stop.abort();
  };
  for (const name of names) source.add(name, handler);
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      if (!stop.signal.aborted) remove();
    },
  };
}
