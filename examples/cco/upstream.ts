import type { Clock } from "../../src/mod.ts";
import type { Asked } from "./cache_policy.ts";
import { answerFields } from "./forward.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface UpstreamOptions {
  readonly fetch: Fetch;
  readonly clock: Pick<Clock, "after">;
  /** Milliseconds until the head of an answer must be there. */
  readonly timeout: number;
  /** Aborts every request that is under way. */
  readonly signal: AbortSignal;
}

/** Why an upstream gave no answer, as a gateway says it: 502 or 504, RFC 9110 15.6. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  readonly status: 502 | 504;
  readonly hint: string | null;

  constructor(status: 502 | 504, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.status = status;
    this.hint = hint ?? null;
  }
}

/**
 * Asks the upstream. Redirects are answers as any other: they are the client's to follow.
 *
 * @returns its answer with the fields that are meant for the client, and its body as it comes
 * @throws NoAnswer
 */
export async function askUpstream(
  asked: Asked & { readonly body?: BodyInit | undefined },
  { fetch, clock, timeout, signal }: UpstreamOptions,
): Promise<Response> {
  const late = new AbortController();
  using _timer = clock.after(timeout, () => late.abort());
  const { url, method, headers, body } = asked;
  const either = AbortSignal.any([signal, late.signal]);
  try {
    const init = {
      method,
      headers,
      redirect: "manual",
      signal: either,
      ...(body === undefined ? {} : { body }),
    } as const;
    const { status, statusText, headers: fields, body: stream } = await fetch(url, init);
    // The runtime forgets the signal of a fetch with its Response, of which only the body goes on from here.
    const whole = stream?.pipeThrough(new TransformStream(), { signal });
    return new Response(whole, { status, statusText, headers: answerFields(fields) });
  } catch (error) {
    if (late.signal.aborted) throw new NoAnswer(504, `the upstream did not answer within ${timeout / 1000} s`);
    if (signal.aborted) throw new NoAnswer(502, "cco is stopping");
    const why = causeOf(error);
    const what = why.startsWith("client error (SendRequest)") ? "gave no answer" : "cannot be reached";
    throw new NoAnswer(502, `the upstream ${what}: ${why}`, { hint: hintFor(why), cause: error });
  }
}

/** Why a request came to nothing, as the runtime says it, without the address, which may hold secrets. */
export function causeOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^error sending request .*?\): /, "");
}

function hintFor(cause: string): string {
  if (cause.includes("UnknownIssuer")) {
    return "have this host trust its authority (update-ca-certificates), or name its file in SSL_CERT_FILE; then: cco restart";
  }
  if (cause.includes("InvalidContentType")) return "it does not speak TLS there: is its address http://…?";
  return "see where it is: cco config get upstream";
}
