import type { Check, Kit } from "../../src/mod.ts";
import { causeOf, type Fetch } from "./upstream.ts";
import type { Settings } from "./settings.ts";

/** What the last look has shown, and when that was. */
interface Look {
  readonly at: number;
  readonly upstream: string;
  readonly failure: Error | undefined;
}

/** Half of the second between two runs of a check, in milliseconds: a run so much early is the one that is meant. */
const HALF_A_RUN = 500;

/**
 * Whether the upstream answers. Checks run every second, some milliseconds more or less; this one looks at the run that is
 * nearest to `health_check_interval` after its last look, and else repeats what it has seen. Not critical: cco itself is
 * well when its upstream is not.
 */
export function upstreamCheck(fetch: Fetch = globalThis.fetch): Check<Settings> {
  let last: Look | undefined;
  return {
    name: "upstream",
    critical: false,
    async check({ config, clock, signal }) {
      const { upstream, healthChecks, healthCheckInterval } = config.proxy;
      if (!healthChecks || upstream === undefined) return;
      const due = last?.upstream !== upstream || clock.monotonic() - last.at > healthCheckInterval * 1000 - HALF_A_RUN;
      if (due) last = { at: clock.monotonic(), upstream, failure: await look(upstream, { fetch, signal }) };
      if (last?.failure !== undefined) throw last.failure;
    },
  };
}

/** Any answer below 500 will do: what the upstream has at its root is its own affair. */
async function look(
  upstream: string,
  { fetch, signal }: { readonly fetch: Fetch; readonly signal: AbortSignal },
): Promise<Error | undefined> {
  try {
    const { status, body } = await fetch(upstream, { method: "HEAD", redirect: "manual", signal });
    await body?.cancel();
    return status < 500 ? undefined : new Error(`it answers ${status}`);
  } catch (error) {
    return new Error(causeOf(error), { cause: error });
  }
}

/** What the check is given; for its tests. */
export type CheckContext = Kit<Settings> & { readonly signal: AbortSignal };
