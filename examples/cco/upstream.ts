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

  constructor(status: 502 | 504, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
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
    throw new NoAnswer(502, `the upstream cannot be reached: ${causeOf(error)}`, { cause: error });
  }
}

/** What the runtime says without the address, which may hold secrets. */
function causeOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(
    /^error sending request for url \(.*?\): /,
    "",
  );
}
