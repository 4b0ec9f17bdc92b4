import { humanDuration } from "../base/duration.ts";
import { type AppdError, cannot } from "../base/errors.ts";
import type { Context } from "./context.ts";

/** A request to the daemon, and how long its answer may take. */
export interface AskInit extends RequestInit {
  /** Milliseconds after which it is an error that there is no answer; Infinity: none. Default 30 s. */
  readonly timeoutMs?: number;
}

/** How long one who asked waits; disposing ends the limit, not the request. */
export interface Patience extends Disposable {
  /** The caller's own, and aborted too when the time is over. */
  readonly signal: AbortSignal;
  /** What comes of an error of the request: that the time is over, or itself. */
  errorOf(error: unknown): unknown;
}

/** Longest wait for an answer, in milliseconds: any that a person waits for is there by then. */
const DEFAULT_MS = 30_000;

/**
 * Begins to wait for what `path` answers.
 *
 * @throws AppdError (usage) when it is no path, or the time is none
 */
export function patience({ system: { clock } }: Context, path: string, init: AskInit): Patience {
  const { timeoutMs = DEFAULT_MS, method = "GET", signal } = init;
  checkAsked(path, timeoutMs);
  const late = new AbortController();
  const timer = Number.isFinite(timeoutMs) ? clock.after(timeoutMs, () => late.abort()) : undefined;
  return {
    signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    errorOf: (error) => late.signal.aborted ? tooLate(path, { ms: timeoutMs, reads: isReading(method) }) : error,
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  };
}

/** What is no path would be a part of the name of a host, or be asked of the daemon's root. */
function checkAsked(path: string, timeoutMs: number): void {
  if (!path.startsWith("/")) {
    throw cannot(["ask for", path], "it is no path of the daemon", {
      exit: "usage",
      hint: "a path begins with a slash, such as /api/v1/status",
    });
  }
  if (timeoutMs > 0) return;
  throw cannot(["ask for", path], `a time limit of ${timeoutMs} ms leaves no time for an answer`, {
    exit: "usage",
    hint: "give it more than 0; without one it is 30s, and Infinity is none",
  });
}

function isReading(method: string): boolean {
  return ["GET", "HEAD"].includes(method.toUpperCase());
}

function tooLate(path: string, { ms, reads }: { readonly ms: number; readonly reads: boolean }): AppdError {
  const rest = reads ? "" : "; it may still do what was asked";
  return cannot(["ask for", path], `the daemon has not answered within ${humanDuration(ms)}${rest}`, {
    exit: "unavailable",
    hint: "see what is not well: appd why; what it is doing: appd logs -n 50",
  });
}
