import { type Cell, type Column, escapeControls, type Output, table } from "../../src/mod.ts";
import type { ServerReport, ServersReport, ToolReport } from "./report.ts";

/** Text that is shortened where a terminal is too narrow. */
const free = (title: string): Column => ({ title, free: true });
/** What is left out there first. */
const spare = (title: string): Column => ({ title, spare: true });

/** The table of `mcpeg servers`. */
export function serversText({ servers, sessions }: ServersReport, style?: Output["style"]): string {
  const clients = `${sessions} client${sessions === 1 ? "" : "s"} connected`;
  if (servers.length === 0) return `no servers are configured; ${clients}`;
  return [...table(HEAD, servers.map(rowOf), style), "", clients].join("\n");
}

const COUNTS = ["TOOLS", "CALLS", "ERRORS", "IN FLIGHT", "CONNECTS"].map(spare);
const HEAD = [free("NAME"), "STATE", spare("TRANSPORT"), ...COUNTS, free("NOTE")];

function rowOf(server: ServerReport): Cell[] {
  const { name, state, transport, tools, calls, errors, in_flight: inFlight, connects } = server;
  const counts = [tools, calls, errors, inFlight, connects].map(String);
  return [name, state, transport, ...counts, noteOf(server)].map((text) => ({ text }));
}

function noteOf({ state, server, critical, last_error: error }: ServerReport): string {
  const what = state === "down" ? error : server;
  return escapeControls([...(critical ? ["critical"] : []), ...(what === null ? [] : [what])].join(", ") || "-");
}

/** The table of `mcpeg tools`. */
export function toolsText(tools: readonly ToolReport[], style?: Output["style"]): string {
  if (tools.length === 0) return "no tools";
  return table(
    ["NAME", free("DESCRIPTION")],
    tools.map(({ name, description }): Cell[] => [
      { text: escapeControls(name) },
      { text: escapeControls(firstLine(description ?? "-")) },
    ]),
    style,
  ).join("\n");
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
