/**
 * cco: an HTTP proxy that keeps answers and counts requests, on the daemon's own port.
 *
 * compile: scripts/compile.sh examples/cco/cco.ts
 */
import { defineApp, run } from "../../src/mod.ts";
import { COMMANDS } from "./commands.ts";
import { Gateway } from "./gateway.ts";
import { MIGRATIONS } from "./migrations.ts";
import { proxyService } from "./proxy_service.ts";
import { ROLLUP } from "./rollup_job.ts";
import { adjust, KEYS, SECTIONS } from "./settings.ts";
import { upstreamCheck } from "./upstream_check.ts";

function cco() {
  const gateway = new Gateway();
  return defineApp({
    name: "cco",
    version: "1.0.0",
    summary: "proxy that caches answers and counts requests",
    config: SECTIONS,
    keys: KEYS,
    defaults: { "server.port": 3000, "daemon.restart_delay": "10s" },
    adjust,
    services: [proxyService(gateway)],
    jobs: [ROLLUP],
    checks: [upstreamCheck()],
    migrations: MIGRATIONS,
    database: "analytics.db",
    databaseFile: ({ analytics }) => analytics.databaseFile,
    startsAtBoot: ({ service }) => service.autoStart,
    service: { unit: "cco-daemon", label: "com.anthropic.cco.daemon" },
    routes: async (kit) => (await import("./routes.ts")).createRoutes(gateway, kit),
    open: ["/proxy/*"],
    bodyLimit: "64MiB", // Prompts are long, and carry images and documents.
    commands: COMMANDS,
    verbsUnder: "daemon",
  });
}

await run(cco());
