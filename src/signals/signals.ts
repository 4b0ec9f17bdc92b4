/**
 * The signals room owns what each signal asks of the daemon and merges storms. It never acts: the app does.
 */

/** What a signal asks for. */
export type SignalRequest = "stop" | "reload" | "rotate" | "reopen" | "quit";

/** Signal → request; daemon(7), and the names that nginx, logrotate(8) and the seeds use. */
export const SIGNAL_REQUESTS = {
  SIGTERM: "stop",
  SIGINT: "stop",
  SIGHUP: "reload",
  SIGUSR1: "rotate",
  SIGUSR2: "reopen",
  SIGQUIT: "quit",
} as const satisfies Partial<Record<Deno.Signal, SignalRequest>>;

/** Where signals come from; the system's or a test's. */
export interface SignalSource {
  add(signal: Deno.Signal, handler: () => void): void;
  remove(signal: Deno.Signal, handler: () => void): void;
}

/** Collects requests until somebody takes them: a storm of one signal is one request, and none is lost. */
export interface SignalInbox extends Disposable {
  /** Called for each request, also for those that came before it was set; the same kind never runs twice at once. */
  serve(handler: (request: SignalRequest) => Promise<void>): void;
  /** Calls `fn` at every SIGINT after the first. */
  onRepeatedInterrupt(fn: () => void): void;
}

/** Installs handlers for all signals of {@link SIGNAL_REQUESTS}; from now on none of them ends the process. */
export function openSignalInbox(source: SignalSource): SignalInbox {
  const pending = new Set<SignalRequest>();
  const running = new Set<SignalRequest>();
  let handler: ((request: SignalRequest) => Promise<void>) | undefined;
  let interrupts = 0;
  let repeated: (() => void) | undefined;

  function pump(): void {
    if (!handler) return;
    for (const request of [...pending]) {
      if (running.has(request)) continue;
      pending.delete(request);
      running.add(request);
      handler(request).finally(() => {
        running.delete(request);
        pump();
      });
    }
  }

  const installed = Object.entries(SIGNAL_REQUESTS).map(([name, request]) => {
    const signal = name as Deno.Signal;
    const listener = () => {
      if (signal === "SIGINT" && ++interrupts > 1) repeated?.();
      pending.add(request);
      pump();
    };
    source.add(signal, listener);
    return { signal, listener };
  });

  return {
    serve(fn) {
      handler = fn;
      pump();
    },
    onRepeatedInterrupt(fn) {
      repeated = fn;
    },
    [Symbol.dispose]() {
      for (const { signal, listener } of installed) source.remove(signal, listener);
    },
  };
}
