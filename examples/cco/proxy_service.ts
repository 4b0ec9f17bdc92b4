import { readFile } from "node:fs/promises";
import { aborted, type Service, type ServiceContext } from "../../src/mod.ts";
import type { Gateway } from "./gateway.ts";
import type { Settings } from "./settings.ts";

/** Milliseconds that requests which are under way get at a stop; inside the service's own `stopTimeout`. */
const DRAIN_MS = 8_000;

/** How often the line of `status` is written anew. */
const NOTE_MS = 5_000;

/** The proxy's work, supervised: its cache, its connections to the upstream, and its account of every request. */
export function proxyService(gateway: Gateway): Service<Settings> {
  return {
    name: "proxy",
    critical: true,
    readiness: "called",
    stopTimeout: "10s",
    watches: ({ proxy: { upstream, upstreamTimeout }, cache }) => [upstream, upstreamTimeout, cache],
    run: (context) => serve(gateway, context),
  };
}

async function serve(gateway: Gateway, context: ServiceContext<Settings>): Promise<void> {
  const [{ AnswerCache }, { Proxy }, { RequestLog }] = await Promise.all([
    import("./answer_cache.ts"),
    import("./proxy.ts"),
    import("./request_log.ts"),
  ]);
  const { clock, config, log, signal, store } = context;
  const { upstream, upstreamTimeout } = config.proxy;
  const cut = new AbortController();
  const cache = new AnswerCache({ size: config.cache.size, ttl: config.cache.ttl * 1000, clock });
  const token = await ownToken(config);
  const options = { cache, clock, fetch, token, timeout: upstreamTimeout * 1000, signal: cut.signal };
  const proxy = upstream === undefined ? undefined : new Proxy({ ...options, upstream });

  await using requests = new RequestLog({ store, clock, log });
  gateway.open({ proxy, cache, requests, clock });
  if (config.server.port === 0) log.warn("port is 0: the proxy answers on the control socket alone");
  context.ready();
  const note = () => context.note(noteOf(gateway, cache));
  note();
  using _note = clock.every(NOTE_MS, note);
  await aborted(signal);
  using _late = clock.after(DRAIN_MS, () => cut.abort());
  await gateway.close();
  cut.abort(); // What was still fetched for the cache alone.
}

/** What clients on other hosts have to show, as the daemon compares it. */
async function ownToken({ server: { tokenFile } }: Settings): Promise<string | undefined> {
  return tokenFile === undefined ? undefined : (await readFile(tokenFile, "utf8")).trim();
}

function noteOf(gateway: Gateway, cache: { stats(): { readonly entries: number; readonly bytes: number } }): string {
  const { entries, bytes } = cache.stats();
  return `${gateway.underWay} under way, ${entries} answers kept (${bytes} bytes)`;
}
