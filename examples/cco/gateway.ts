import type { AnswerCache } from "./answer_cache.ts";
import { measured } from "./measured.ts";
import { type Proxy, refusal } from "./proxy.ts";
import type { RequestLog } from "./request_log.ts";

/** What serves requests for one life of the service `proxy`. */
export interface Line {
  /** Absent while no upstream is configured. */
  readonly proxy: Pick<Proxy, "answer"> | undefined;
  readonly cache: AnswerCache;
  readonly requests: Pick<RequestLog, "add" | "flush">;
  readonly clock: { now(): number; monotonic(): number };
}

/**
 * Where the endpoints, which are there for the daemon's whole life, meet the service that does the work, which comes and
 * goes: no line is open before its start, after its end, and while `programs stop proxy` holds.
 */
export class Gateway {
  #line: Line | undefined;
  #underWay = 0;
  #idle = Promise.withResolvers<void>();

  /** The line that is open now. */
  get line(): Line | undefined {
    return this.#line;
  }

  /** Requests whose answers have not ended. */
  get underWay(): number {
    return this.#underWay;
  }

  open(line: Line): void {
    this.#line = line;
  }

  /** Takes no more requests; resolves when the last one that is under way has its answer. */
  async close(): Promise<void> {
    this.#line = undefined;
    if (this.#underWay > 0) await this.#idle.promise;
  }

  /** Answers a request below the prefix, and keeps account of it. @throws what reading its body throws */
  async answer(request: Request): Promise<Response> {
    const line = this.#line;
    if (line === undefined) return refusal(503, "the proxy does not run", "see: cco why proxy");
    if (line.proxy === undefined) return refusal(503, "no upstream is configured", NO_UPSTREAM);
    const { clock, requests } = line;
    const [at, began] = [clock.now(), clock.monotonic()];
    this.#underWay++;
    const { response, hit } = await line.proxy.answer(request).catch((error: unknown) => {
      this.#end();
      throw error; // The daemon knows what to answer, and logs what is a bug.
    });
    return measured(response, (bytes) => {
      const { method, url } = request;
      const ms = Math.round((clock.monotonic() - began) * 10) / 10;
      requests.add({ at, method, path: new URL(url).pathname, status: response.status, bytes, ms, hit });
      this.#end();
    });
  }

  #end(): void {
    if (--this.#underWay > 0) return;
    this.#idle.resolve();
    this.#idle = Promise.withResolvers();
  }
}

const NO_UPSTREAM = "cco config set upstream https://…, then: cco reload";
