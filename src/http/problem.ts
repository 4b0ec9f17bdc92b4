import { AppdError } from "../base/errors.ts";
import type { Words } from "../base/words.ts";
import type { ExitName } from "../base/exit_codes.ts";

/** A request that is refused: the status code, and what the client is told. */
export interface Problem {
  readonly status: number;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Row of the exit code table that a command line client ends with. */
  readonly exit?: ExitName | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Body of every response that reports a failure. */
export interface ProblemBody {
  readonly error: { readonly message: string; readonly hint: string | null; readonly exit: ExitName | null };
}

/** @param most bytes that a body may have */
export function tooLong(most: number): Problem {
  return { status: 413, message: `a body may have ${most} bytes`, hint: "send less at a time" };
}

/** Nothing is served at a path. @param all URL of the description of what there is, as curl takes it */
export function noPath(path: string, all: string): Problem {
  return { status: 404, message: `cannot find "${path}": no such path`, hint: `see what there is: curl ${all}` };
}

/** Sent with every response. A page that needs more than nothing replaces the policy. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin",
};

export interface ReplyInit {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A response of known length with the security headers; `text` is sent as UTF-8. */
export function reply(text: string, init: ReplyInit = {}): Response {
  const bytes = new TextEncoder().encode(text);
  const headers = new Headers({
    ...SECURITY_HEADERS,
    "content-type": init.type ?? "text/plain; charset=utf-8",
    "content-length": String(bytes.length),
    ...init.headers,
  });
  return new Response(bytes, { status: init.status ?? 200, headers });
}

export function replyJson(value: unknown, init: ReplyInit = {}): Response {
  return reply(`${JSON.stringify(value)}\n`, { ...init, type: "application/json; charset=utf-8" });
}

export function replyProblem(problem: Problem): Response {
  const { status, message, hint = null, exit = null, headers = {} } = problem;
  return replyJson({ error: { message, hint, exit } } satisfies ProblemBody, { status, headers });
}

const STATUS_OF: Readonly<Partial<Record<ExitName, number>>> = {
  usage: 400,
  config: 422,
  notRunning: 409,
  locked: 409,
  noPermission: 403,
  unavailable: 503,
};

/** What an action's {@link AppdError} tells the client; anything that is not one is a bug and tells nothing of itself. @param words of the program, for the hint */
export function problemOf(error: unknown, words: Words): Problem {
  if (!(error instanceof AppdError)) {
    return { status: 500, message: "internal error", hint: words("see the daemon's log: appd logs"), exit: "internal" };
  }
  const { message, hint, exit } = error;
  return { status: STATUS_OF[exit] ?? 500, message, hint: hint === undefined ? undefined : words(hint), exit };
}
