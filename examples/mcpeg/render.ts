import { type Cell, table } from "../../src/mod.ts";
import type { ServerReport, ServersReport, ToolReport } from "./report.ts";

/** Longest description of a tool in the table, in characters. */
const LONGEST = 80;

/** The table of `mcpeg servers`. */
export function serversText({ servers, sessions }: ServersReport): string {
  const clients = `${sessions} client${sessions === 1 ? "" : "s"} connected`;
  if (servers.length === 0) return `no servers are configured; ${clients}`;
  return [...table(HEAD, servers.map(rowOf)), "", clients].join("\n");
}

const HEAD = ["NAME", "STATE", "TRANSPORT", "TOOLS", "CALLS", "ERRORS", "IN FLIGHT", "CONNECTS", "NOTE"];

function rowOf(server: ServerReport): Cell[] {
  const { name, state, transport, tools, calls, errors, in_flight: inFlight, connects } = server;
  const counts = [tools, calls, errors, inFlight, connects].map(String);
  return [name, state, transport, ...counts, noteOf(server)].map((text) => ({ text }));
}

function noteOf({ state, server, critical, last_error: error }: ServerReport): string {
  const what = state === "down" ? error : server;
  return printable([...(critical ? ["critical"] : []), ...(what === null ? [] : [what])].join(", ") || "-");
}

/** The table of `mcpeg tools`. */
export function toolsText(tools: readonly ToolReport[]): string {
  if (tools.length === 0) return "no tools";
  return table(
    ["NAME", "DESCRIPTION"],
    tools.map(({ name, description }): Cell[] => [
      { text: printable(name) },
      { text: printable(firstLine(description ?? "-")) },
    ]),
  ).join("\n");
}

function firstLine(text: string): string {
  const [line = ""] = text.trim().split("\n");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** What servers say of themselves could steer a terminal. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- these are what has to go
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}
