import { type AppCommand, AppdError } from "../../src/mod.ts";
import type { McpegConfig } from "./config.ts";
import { isJson } from "./rewrite.ts";
import type { ServersReport, ToolReport } from "./report.ts";

type Command = AppCommand<McpegConfig>;

const NOT_RUNNING = { notRunning: true } as const;

/** `mcpeg servers` */
export const SERVERS: Command = {
  name: "servers",
  summary: "show the servers behind the gateway, and what has been asked of them",
  exits: NOT_RUNNING,
  examples: [{ line: "mcpeg servers --json", says: "for scripts" }],
  async run(context) {
    const report = await context.ask<ServersReport>("/api/v1/servers");
    if (context.output.json) return context.output.printJson(report);
    const { serversText } = await import("./render.ts");
    context.output.print(serversText(report, context.output.style));
  },
};

/** @throws AppdError (notRunning) when no server has this name */
async function mustBeThere(context: Parameters<NonNullable<Command["run"]>>[0], server: string): Promise<void> {
  const { servers } = await context.ask<ServersReport>("/api/v1/servers");
  const names = servers.map(({ name }) => name);
  if (names.includes(server)) return;
  throw new AppdError(`cannot show the tools of "${server}": there is no such server`, {
    exit: "notRunning",
    hint: `servers: ${names.join(", ") || "none"}`,
  });
}

/** `mcpeg tools` */
export const TOOLS: Command = {
  name: "tools",
  summary: "show the tools that clients are offered",
  exits: NOT_RUNNING,
  arguments: [{ name: "SERVER", help: "only those of this server", kind: "text", required: false }],
  async run(context) {
    const [server] = context.arguments;
    const all = await context.ask<readonly ToolReport[]>("/api/v1/tools");
    const tools = server === undefined ? all : all.filter((tool) => tool.server === server);
    if (server !== undefined && tools.length === 0) await mustBeThere(context, server);
    if (context.output.json) return context.output.printJson(tools);
    const { toolsText } = await import("./render.ts");
    context.output.print(toolsText(tools, context.output.style));
  },
};

/** `mcpeg call` */
export const CALL: Command = {
  name: "call",
  summary: "call a tool of a server through the gateway",
  description: ["Prints the texts of the result. A tool that says that it failed ends the command with 1."],
  arguments: [
    { name: "SERVER", help: "name of the server in the configuration", kind: "text", required: true },
    { name: "TOOL", help: "name of the tool, as the server calls it", kind: "text", required: true },
  ],
  options: [{
    name: "args",
    value: { name: "JSON", kind: "text", default: "{}" },
    help: "arguments of the tool, an object",
  }],
  exits: { ...NOT_RUNNING, generic: "the tool failed", unavailable: "the server is not there, or does not answer" },
  examples: [{ line: `mcpeg call docs search --args '{"query":"daemon"}'`, says: "search the docs" }],
  async run(context) {
    const [server = "", tool = ""] = context.arguments;
    const body = JSON.stringify({ tool, arguments: argumentsOf(context.options.args) });
    // How long a call may take is the gateway's to say: `timeout` of the server, which counts from its last progress on.
    const init = { method: "POST", body, headers: { "content-type": "application/json" }, timeoutMs: Infinity };
    const result = await context.ask<Result>(`/api/v1/servers/${encodeURIComponent(server)}/call`, init);
    if (context.output.json) context.output.printJson(result);
    else context.output.print(textOf(result));
    return result.isError === true ? 1 : 0;
  },
};

interface Result {
  readonly isError?: boolean;
  readonly content?: readonly { readonly type: string; readonly text?: string }[];
}

/** @throws AppdError (usage) */
function argumentsOf(given: unknown): unknown {
  try {
    const value: unknown = JSON.parse(String(given ?? "{}"));
    if (isJson(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AppdError("--args takes a JSON object", { exit: "usage", hint: `such as --args '{"query":"daemon"}'` });
}

function textOf({ content = [] }: Result): string {
  return content.map((block) => block.text ?? JSON.stringify(block)).join("\n");
}
