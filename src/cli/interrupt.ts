import { systemSignals } from "../system/signals.ts";

/** SIGINT as a signal that aborts, instead of the end of the process; until it is disposed. A second one ends it. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

/** For a command that waits for something that goes on without it. */
export function onInterrupt(source: Pick<typeof systemSignals, "add" | "remove"> = systemSignals): Interrupt {
  const stop = new AbortController();
  const remove = () => source.remove("SIGINT", handler);
  const handler = () => {
    remove();
    stop.abort();
  };
  source.add("SIGINT", handler);
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      if (!stop.signal.aborted) remove();
    },
  };
}
