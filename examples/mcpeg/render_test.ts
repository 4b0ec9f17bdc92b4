import assert from "node:assert/strict";
import { serversText, toolsText } from "./render.ts";
import type { ServerReport } from "./report.ts";

const DOCS: ServerReport = {
  ...{ name: "docs", state: "ready", transport: "stdio", critical: true, server: "docs 1.2", pid: 7, since: "" },
  ...{ tools: 3, resources: 0, prompts: 0, calls: 12, errors: 1, in_flight: 0, connects: 2, last_error: "exit code 3" },
};

Deno.test("the table of servers: what a server is when it is there, why it is not when it is not", () => {
  const notes: ServerReport = { ...DOCS, name: "notes", state: "down", critical: false, tools: 0 };
  assert.deepEqual(serversText({ servers: [DOCS, notes], sessions: 1 }).split("\n"), [
    "NAME   STATE  TRANSPORT  TOOLS  CALLS  ERRORS  IN FLIGHT  CONNECTS  NOTE",
    "docs   ready  stdio      3      12     1       0          2         critical, docs 1.2",
    "notes  down   stdio      0      12     1       0          2         exit code 3",
    "",
    "1 client connected",
  ]);
  assert.equal(serversText({ servers: [], sessions: 0 }), "no servers are configured; 0 clients connected");
});

Deno.test("the table of tools has one line a tool, and nothing in it steers a terminal", () => {
  const tool = {
    name: "docs__find",
    server: "docs",
    tool: "find",
    description: "Finds \u001b[31mthings\nin many lines",
  };
  assert.deepEqual(toolsText([tool]).split("\n"), ["NAME        DESCRIPTION", "docs__find  Finds \ufffd[31mthings"]);
  assert.equal(toolsText([]), "no tools");
});
