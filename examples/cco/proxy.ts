import type { Clock } from "../../src/mod.ts";
import type { AnswerCache, Found } from "./answer_cache.ts";
import type { Asked } from "./cache_policy.ts";
import { Flights } from "./flights.ts";
import { requestFields, targetOf } from "./forward.ts";
import { KeptBody } from "./kept_body.ts";
import { requestBody } from "./request_body.ts";
import { askUpstream, NoAnswer, type UpstreamOptions } from "./upstream.ts";

/** The paths that stand for the upstream's. */
export const PREFIX = "/proxy";

export interface ProxyOptions extends UpstreamOptions {
  /** Address of the upstream. */
  readonly upstream: string;
  /** Opens this daemon; never sent to the upstream. */
  readonly token?: string | undefined;
  readonly cache: AnswerCache;
  readonly clock: Pick<Clock, "after">;
}

/** An answer, and whether the upstream was spared. */
export interface Answer {
  readonly response: Response;
  readonly hit: boolean;
}

/** Milliseconds that a request waits for another one that asks for the same, before it goes itself. */
const PATIENCE_MS = 10_000;

/** Methods that change nothing at the upstream, RFC 9110 9.2.1. */
const SAFE: readonly string[] = ["GET", "HEAD", "OPTIONS", "TRACE"];

/** Answers requests below {@link PREFIX} from the cache or by the upstream. */
export class Proxy {
  readonly #options: ProxyOptions;
  readonly #flights = new Flights();

  constructor(options: ProxyOptions) {
    this.#options = options;
  }

  /** What goes wrong with the upstream is an answer of 502 or 504. @throws what reading the request's body throws */
  async answer(request: Request): Promise<Answer> {
    const { cache, token, upstream } = this.#options;
    const { method } = request;
    const url = targetOf(upstream, new URL(request.url));
    const asked: Asked = { method, url, headers: requestFields(request.headers, token) };
    try {
      if (cache.covers(asked)) return await this.#cached(asked);
      return miss(await this.#pass(asked, request));
    } catch (error) {
      if (error instanceof NoAnswer) return miss(refusal(error.status, error.message, error.hint));
      throw error;
    }
  }

  async #cached(asked: Asked): Promise<Answer> {
    const { cache } = this.#options;
    const flight = this.#flights.of(cache.keyOf(asked)); // Nothing may come between this look and the own take-off.
    const found = cache.find(asked) ?? (flight && await this.#awaited(flight, asked));
    cache.count({ hit: found !== undefined });
    if (found !== undefined) return { response: fromCache(found), hit: true };
    if (/\bonly-if-cached\b/i.test(asked.headers.get("cache-control") ?? "")) {
      return miss(refusal(504, "the answer is not in the cache, and the request wants it from nowhere else"));
    }
    return miss(await this.#fetch(asked));
  }

  /** What another request for the same brings home. */
  async #awaited(flight: Promise<void>, asked: Asked): Promise<Found | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    using _timer = this.#options.clock.after(PATIENCE_MS, resolve);
    await Promise.race([flight, late]);
    return this.#options.cache.find(asked);
  }

  /** Asks the upstream, and keeps the answer where that is allowed. */
  async #fetch(asked: Asked): Promise<Response> {
    const { cache } = this.#options;
    const land = this.#flights.begin(cache.keyOf(asked));
    try {
      const answer = await askUpstream(asked, this.#options);
      const keep = cache.keeper(asked, answer);
      if (keep === undefined) return land(), answer;
      if (answer.body === null) return keep(new Uint8Array()), land(), answer;
      const body = new KeptBody(answer.body, cache.largest);
      body.ended.then((ending) => {
        if (ending.kind === "whole") keep(ending.bytes);
        land();
      });
      const { status, statusText, headers } = answer;
      return new Response(body.stream(), { status, statusText, headers });
    } catch (error) {
      land();
      throw error;
    }
  }

  /** Asks the upstream; what changes something there makes the cache forget. */
  async #pass(asked: Asked, request: Request): Promise<Response> {
    const { body, failure } = await requestBody(request);
    const answer = await askUpstream({ ...asked, body }, this.#options).catch((error: unknown) => {
      throw failure() ?? error; // It is the client's own then, and the daemon knows what to answer.
    });
    if (!SAFE.includes(asked.method) && answer.status < 400) this.#options.cache.forget(asked.url);
    return answer;
  }
}

function fromCache({ status, headers, bytes }: Found): Response {
  const fields = new Headers(headers);
  fields.set("x-cache", "hit");
  const empty = bytes.length === 0; // 204 and its like take none, not even an empty one.
  if (!empty) fields.set("content-length", String(bytes.length));
  return new Response(empty ? null : bytes, { status, headers: fields });
}

function miss(response: Response): Answer {
  response.headers.set("x-cache", "miss");
  return { response, hit: false };
}

/** An answer of the proxy's own, in the form of the daemon's. */
export function refusal(status: number, message: string, hint: string | null = null): Response {
  const later: Record<string, string> = status === 503 ? { "retry-after": "1" } : {};
  const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...later };
  return new Response(`${JSON.stringify({ error: { message, hint, exit: null } })}\n`, { status, headers });
}
