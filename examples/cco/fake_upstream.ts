/** An upstream for tests, answered by hand. */
import type { Fetch } from "./upstream.ts";

export interface FakeUpstream {
  readonly fetch: Fetch;
  /** What came, in order. */
  readonly requests: { readonly url: string; readonly init: RequestInit; readonly headers: Headers }[];
}

/** @param answer what each request is answered with; a throw is a connection that fails */
export function fakeUpstream(answer: (url: string, init: RequestInit) => Response | Promise<Response>): FakeUpstream {
  const requests: FakeUpstream["requests"] = [];
  return {
    requests,
    async fetch(url, init) {
      requests.push({ url, init, headers: new Headers(init.headers) });
      const { promise, reject } = Promise.withResolvers<never>();
      init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      return await Promise.race([answer(url, init), promise]);
    },
  };
}
