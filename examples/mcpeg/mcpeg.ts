/** mcpeg: a gateway to MCP servers. Many servers behind one endpoint, one daemon that keeps them alive. */
import { defineApp, run } from "../../src/mod.ts";
import { CALL, SERVERS, TOOLS } from "./commands.ts";
import { MCPEG_SECTIONS } from "./config.ts";
import { lazyRoof, serviceFor, whoIsMissing } from "./services.ts";

const roof = lazyRoof();

await run(defineApp({
  name: "mcpeg",
  version: "1.0.0",
  summary: "a gateway that offers many MCP servers as one",
  config: MCPEG_SECTIONS,
  defaults: { "server.port": 8351 },
  services: ({ upstreams }) => upstreams.map((settings) => serviceFor(settings, roof)),
  checks: [{ name: "servers", critical: false, check: async ({ config }) => whoIsMissing(config, await roof()) }],
  routes: async (kit) => (await import("./routes.ts")).createRoutes(kit, await roof()),
  open: [{ path: "/mcp", unless: "token" }], // A token is for who may call tools; without one that is every process here.
  bodyLimit: "4MiB", // Arguments of tools may carry files, in base64; servers made with the SDK take no more either.
  commands: [SERVERS, TOOLS, CALL],
}));
