import { Hono } from "hono";
import { AppdError, type Kit } from "../../src/mod.ts";
import type { McpegConfig } from "./config.ts";
import type { Endpoint } from "./endpoint.ts";
import { isJson, type Json } from "./rewrite.ts";
import type { Roof } from "./roof.ts";
import { RPC, RpcError } from "./rpc_error.ts";
import { roofName } from "./names.ts";
import type { ServersReport } from "./report.ts";

/** Where MCP clients connect. */
export const MCP_PATH = "/mcp";

/** The gateway's endpoints: `/mcp` for clients, and what the commands ask. The protocol is loaded by the first client. */
export function createRoutes(kit: Kit<McpegConfig>, roof: Roof): Hono {
  const app = new Hono();
  let endpoint: Promise<Endpoint> | undefined;
  app.all(MCP_PATH, async (context) => {
    endpoint ??= openEndpoint(kit, roof);
    return (await endpoint).handle(context.req.raw);
  });
  app.get("/api/v1/servers", async (context) => {
    const sessions = (await endpoint)?.size ?? 0;
    return context.json({ servers: roof.servers(kit.config.upstreams), sessions } satisfies ServersReport);
  });
  app.get("/api/v1/tools", (context) => context.json(roof.tools()));
  app.post("/api/v1/servers/:server/call", async (context) => {
    const { tool, arguments: given = {} } = await bodyOf(context.req.raw);
    return context.json(await call(kit, { roof, server: context.req.param("server"), tool: String(tool), given }));
  });
  return app;
}

async function openEndpoint(kit: Kit<McpegConfig>, roof: Roof): Promise<Endpoint> {
  const { Endpoint } = await import("./endpoint.ts");
  const { log, clock, name, version } = kit;
  return new Endpoint({ roof, log, clock, gateway: { name, version }, limits: () => kit.config.gateway });
}

interface Wish {
  readonly roof: Roof;
  readonly server: string;
  readonly tool: string;
  readonly given: unknown;
}

async function call({ log }: Kit<McpegConfig>, { roof, server, tool, given }: Wish): Promise<Json> {
  const params = { name: roofName({ server, own: tool }), arguments: given };
  try {
    return await roof.answer({ method: "tools/call", params }, { session: "command", log });
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    throw new AppdError(`cannot call "${tool}" of "${server}": ${error.message}`, {
      exit: error.code === RPC.unavailable || error.code === RPC.timeout ? "unavailable" : "usage",
      hint: "see what there is: mcpeg servers, mcpeg tools",
      cause: error,
    });
  }
}

async function bodyOf(request: Request): Promise<Json> {
  try {
    const body: unknown = await request.json();
    if (isJson(body)) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AppdError("the body must be a JSON object", { exit: "usage" });
}
