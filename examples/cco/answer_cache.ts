import type CachePolicy from "http-cache-semantics";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../src/mod.ts";
import { type Asked, fieldsOf, plainRequest, policyWith, saysHowLong, withoutWishes } from "./cache_policy.ts";

/** An answer from the cache. */
export interface Found {
  readonly status: number;
  /** With `age`. */
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface CacheStats {
  readonly entries: number;
  readonly bytes: number;
  /** As `cache_size`. */
  readonly limit_bytes: number;
  readonly hits: number;
  readonly misses: number;
  /** Answers that had to make room. */
  readonly evictions: number;
}

export interface CacheOptions {
  /** Bytes for everything that is kept. */
  readonly size: number;
  /** Milliseconds for which an answer is kept at the most, and when it does not say how long. */
  readonly ttl: number;
  readonly clock: Pick<Clock, "now" | "monotonic">;
}

interface Kept {
  readonly policy: CachePolicy;
  readonly found: Found;
  /** Monotonic. */
  readonly until: number;
  readonly bytes: number;
}

/** Bytes of one answer that are kept at the most: an answer that is kept is in memory as a whole. */
const LARGEST_ANSWER = 8 * 1024 * 1024;

/** Answers to one address that differ by what `Vary` names. */
const MOST_VARIANTS = 16;

/** Fields of a request that say who asks: what one caller got is never another's, whatever the upstream says of it. */
const CREDENTIALS: readonly string[] = ["cookie", "x-api-key"];

/** Requests that want a part, or to know whether something changed: they are the upstream's to judge. */
const CONDITIONS: readonly string[] = [
  "range",
  "if-range",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
];

/** Answers of an upstream by RFC 9111, as a shared cache keeps them: in memory, the least recently used goes first. */
export class AnswerCache {
  /** Longest body worth keeping, bytes. */
  readonly largest: number;
  readonly #kept: LRUCache<string, readonly Kept[]>;
  readonly #options: CacheOptions;
  readonly #policy: typeof CachePolicy;
  #hits = 0;
  #misses = 0;
  #evictions = 0;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#policy = policyWith(options.clock);
    this.largest = Math.min(options.size, LARGEST_ANSWER);
    this.#kept = new LRUCache({
      maxSize: options.size,
      sizeCalculation: sizeOf,
      dispose: (kept, _key, reason) => void (reason === "evict" && (this.#evictions += kept.length)),
    });
  }

  /** Whether an answer to this request could be in the cache, or go there. */
  covers({ method, headers }: Asked): boolean {
    return method === "GET" && !CONDITIONS.some((name) => headers.has(name));
  }

  /** What requests for the same thing have in common; answers may still differ by what `Vary` names. */
  keyOf({ url, headers }: Asked): string {
    return [url, ...CREDENTIALS.map((name) => headers.get(name) ?? "")].join("\n");
  }

  /** The fresh answer to a request. */
  find(asked: Asked): Found | undefined {
    const { clock } = this.#options;
    const plain = plainRequest(asked);
    const kept = this.#kept.get(this.keyOf(asked))
      ?.find(({ policy, until }) => until > clock.monotonic() && policy.satisfiesWithoutRevalidation(plain));
    if (kept === undefined) return undefined;
    const headers = new Headers(kept.found.headers);
    headers.set("age", String(Math.floor(kept.policy.age())));
    return { ...kept.found, headers };
  }

  /** Counts one request that the cache was asked for. */
  count({ hit }: { readonly hit: boolean }): void {
    if (hit) this.#hits++;
    else this.#misses++;
  }

  /**
   * What to call with the whole body of an answer; undefined when it must not be kept, or could never be used.
   *
   * @param answer its body is not touched
   */
  keeper(asked: Asked, answer: Response): ((bytes: Uint8Array<ArrayBuffer>) => void) | undefined {
    const tooLong = Number(answer.headers.get("content-length") ?? 0) > this.largest;
    const endless = answer.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    const policy = tooLong || endless ? undefined : this.#policyOf(asked, answer);
    if (policy === undefined || !policy.satisfiesWithoutRevalidation(withoutWishes(asked))) return undefined;
    const { status, headers } = answer;
    const until = this.#options.clock.monotonic() + Math.min(policy.timeToLive(), this.#options.ttl);
    return (bytes) => {
      const found = { status, headers: new Headers(headers), bytes };
      this.#put(asked, { policy, found, until, bytes: bytes.length + headersSize(headers) });
    };
  }

  /** Forgets what was kept of an address, because a request has changed what is there: RFC 9111 4.4. */
  forget(url: string): void {
    for (const key of this.#kept.keys()) if (key.startsWith(`${url}\n`)) this.#kept.delete(key);
  }

  /** Forgets everything. @returns how many answers that were */
  clear(): number {
    const { entries } = this.stats();
    this.#kept.clear();
    return entries;
  }

  stats(): CacheStats {
    let entries = 0;
    for (const kept of this.#kept.values()) entries += kept.length;
    return {
      ...{ entries, bytes: this.#kept.calculatedSize, limit_bytes: this.#options.size },
      ...{ hits: this.#hits, misses: this.#misses, evictions: this.#evictions },
    };
  }

  /** Undefined when RFC 9111 3 forbids to keep it. An answer that does not say for how long it is good gets the limit. */
  #policyOf(asked: Asked, answer: Response): CachePolicy | undefined {
    const request = plainRequest(asked);
    const fields = fieldsOf(answer.headers);
    const policy = new this.#policy(request, { status: answer.status, headers: fields }, { shared: true });
    if (!policy.storable()) return undefined;
    if (saysHowLong(fields)) return policy;
    const said = [fields["cache-control"], `max-age=${Math.floor(this.#options.ttl / 1000)}`].filter(Boolean);
    const headers = { ...fields, "cache-control": said.join(", ") };
    return new this.#policy(request, { status: answer.status, headers }, { shared: true });
  }

  #put(asked: Asked, kept: Kept): void {
    const key = this.keyOf(asked);
    const plain = withoutWishes(asked);
    const others = (this.#kept.peek(key) ?? []).filter(({ policy, until }) =>
      until > this.#options.clock.monotonic() && !policy.satisfiesWithoutRevalidation(plain)
    );
    this.#kept.set(key, [kept, ...others.slice(0, MOST_VARIANTS - 1)]);
  }
}

function sizeOf(kept: readonly Kept[], key: string): number {
  return kept.reduce((sum, { bytes }) => sum + bytes, key.length + 1);
}

function headersSize(headers: Headers): number {
  return [...headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
}
