import assert from "node:assert/strict";
import { branchesFor, type GraphProgram, renderGraph } from "./render_graph.ts";
import { PLAIN } from "./style.ts";

const program = (name: string, more: Partial<GraphProgram> = {}): GraphProgram => ({
  name,
  instances: 1,
  dependsOn: {},
  state: undefined,
  ...more,
});

const LEVELS = [
  [program("cache"), program("db")],
  [program("migrate", { dependsOn: { db: "ready" } })],
  [program("web", { instances: 3, dependsOn: { cache: "started", migrate: "completed" } }), program("bad\n")],
];

Deno.test("the graph is drawn by steps, with what each program waits for", () => {
  const branches = branchesFor({ LANG: "en_US.UTF-8" });
  assert.deepEqual(renderGraph(LEVELS, { style: PLAIN, branches }), [
    "STEP     PROGRAM  AFTER",
    "1     ├─ cache",
    "      └─ db",
    "2     └─ migrate  db (ready)",
    "3     ├─ web x 3  cache (started), migrate (completed)",
    "      └─ bad\\n",
  ]);
});

Deno.test("states stand beside it, and a locale without UTF-8 gets ASCII", () => {
  const branches = branchesFor({ LC_ALL: "C", LANG: "en_US.UTF-8" });
  const levels = [[program("cache", { state: "running" }), program("db", { state: "2/3 running" })]];
  assert.deepEqual(renderGraph(levels, { style: PLAIN, branches }), [
    "STEP     PROGRAM  STATE        AFTER",
    "1     |- cache    running",
    "      `- db       2/3 running",
  ]);
});
