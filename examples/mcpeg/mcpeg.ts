/** mcpeg: a gateway to MCP servers. Many servers behind one endpoint, one daemon that keeps them alive. */
import { defineApp, run } from "../../src/mod.ts";
import { CALL, SERVERS, TOOLS } from "./commands.ts";
import { MCPEG_SECTIONS, type McpegConfig } from "./config.ts";
import { Roof } from "./roof.ts";
import { serviceFor, whoIsMissing } from "./services.ts";

const roof = new Roof({ connect: async (...args) => (await import("./link.ts")).connect(...args) });

await run(defineApp({
  name: "mcpeg",
  version: "1.0.0",
  summary: "a gateway that offers many MCP servers as one",
  config: MCPEG_SECTIONS,
  services: ({ upstreams }: McpegConfig) => upstreams.map((settings) => serviceFor(settings, roof)),
  checks: [{ name: "servers", critical: false, check: ({ config }) => whoIsMissing(config, roof) }],
  routes: async (kit) => (await import("./routes.ts")).createRoutes(kit, roof),
  open: ["/mcp"],
  commands: [SERVERS, TOOLS, CALL],
}));
