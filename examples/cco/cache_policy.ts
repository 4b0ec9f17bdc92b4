import CachePolicy from "http-cache-semantics";

/** A request as caching sees it. */
export interface Asked {
  readonly method: string;
  /** Address at the upstream. */
  readonly url: string;
  /** As they are sent to the upstream. */
  readonly headers: Headers;
}

/** Header fields by their names in lower case. */
export type Fields = Readonly<Record<string, string>>;

/** The library's policy with the time of `clock`; it asks the machine. */
export function policyWith(clock: { now(): number }): typeof CachePolicy {
  return class extends CachePolicy {
    now(): number {
      return clock.now();
    }
  };
}

/** A request in the library's words. */
export function plainRequest({ method, url, headers }: Asked): CachePolicy.Request {
  return { method, url, headers: fieldsOf(headers) };
}

/** The request without what it wants of caches: an answer is kept for others too. */
export function withoutWishes({ method, url, headers }: Asked): CachePolicy.Request {
  const { "cache-control": _wishes, pragma: _old, ...others } = fieldsOf(headers);
  return { method, url, headers: others };
}

/** Directives are compared in lower case, RFC 9111 5.2; the library takes them as they come. */
export function fieldsOf(headers: Headers): Fields {
  const control = headers.get("cache-control")?.toLowerCase();
  return { ...Object.fromEntries(headers), ...(control === undefined ? {} : { "cache-control": control }) };
}

/** Whether an answer says itself for how long it is good. */
export function saysHowLong(fields: Fields): boolean {
  return "expires" in fields || /(^|[\s,])(max-age|s-maxage)=/.test(fields["cache-control"] ?? "");
}
