import type { Service } from "../../src/mod.ts";
import type { McpegConfig, UpstreamSettings } from "./config.ts";
import type { Roof } from "./roof.ts";

/** Where the one roof of a daemon comes from. */
export type RoofSource = () => Promise<Roof>;

/** Makes the roof when it is first asked for: no command has to load it. The protocol is loaded by the first connection. */
export function lazyRoof(): RoofSource {
  let roof: Promise<Roof> | undefined;
  return () => roof ??= makeRoof();
}

async function makeRoof(): Promise<Roof> {
  const { Roof } = await import("./roof.ts");
  return new Roof({ connect: async (...args) => (await import("./link.ts")).connect(...args) });
}

/**
 * The service that keeps one server connected. Each life of it is one connection: when that ends, the kit begins another,
 * with its pauses, and `status`, `why`, `programs restart` and the metrics know the server by its name. A reload touches
 * only those whose settings have changed.
 */
export function serviceFor(settings: UpstreamSettings, roof: RoofSource): Service<McpegConfig> {
  const { name, critical, connectTimeout } = settings;
  return {
    ...{ name, critical },
    readiness: "called",
    startTimeout: `${Math.ceil(connectTimeout * 3)}ms`, // Connecting and reading the lists have limits of their own, which say more.
    stopTimeout: "12s", // Calls under way get 8 s of it, the server's process the rest.
    enabled: () => settings.enabled,
    watches: () => settings,
    run: async (context) => (await roof()).live(settings, context),
  };
}

/** Fails with the names of the servers that should be there and are not, and why. */
export function whoIsMissing({ upstreams }: McpegConfig, roof: Roof): void {
  const missing = roof.servers(upstreams).filter(({ state }) => state !== "ready" && state !== "disabled");
  if (missing.length === 0) return;
  throw new Error(
    missing.map(({ name, state, last_error: error }) => `${name} is ${state}${error === null ? "" : `: ${error}`}`)
      .join("; "),
  );
}
