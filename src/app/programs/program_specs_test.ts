import assert from "node:assert/strict";
import { homeWith } from "../../config/home_with.ts";
import { loadConfig } from "../../config/load.ts";
import { type ProgramSpec, specMark } from "../../programs/program_spec.ts";
import { systemFiles } from "../../system/files.ts";
import type { Command } from "../command.ts";
import { programSpecs } from "./program_specs.ts";

const files = systemFiles;

async function specsOf(text: string, around: { command?: Command; scale?: Record<string, number> } = {}) {
  await using home = homeWith(text);
  const scale = new Map(Object.entries(around.scale ?? {}));
  return programSpecs(await loadConfig(home), { files, command: around.command, scale });
}

function withoutLog({ log: _, cwd: _cwd, ...rest }: ProgramSpec) {
  return rest;
}

const PLAIN = {
  command: ["x"],
  env: {},
  restart: "always",
  stopSignal: "SIGTERM",
  stopTimeout: 10_000,
  startTimeout: 60_000,
  stableAfter: 10_000,
  critical: false,
  onFailed: "degrade",
};

Deno.test("a program that says nothing special has nothing special", async () => {
  const [spec] = await specsOf('[[program]]\nname = "web"\ncommand = ["x"]\n');
  assert.deepEqual(spec && withoutLog(spec), { name: "web", ...PLAIN });
});

Deno.test("whatever a program says reaches its spec", async () => {
  const [spec] = await specsOf(`
[[program]]
name = "web"
command = ["x"]
umask = "077"
user = "www-data"
group = 33
nice = 5
limits = { nofile = 1024 }
depends_on = ["db"]
ready = { tcp = 9000 }
live = { notify = true, period = "20s" }
stop_command = ["x", "stop"]
max_memory = "1MiB"
max_memory_window = "5s"
critical = true
on_failed = "exit"
[[program]]
name = "db"
command = ["y"]
`);
  const pace = { initialDelay: 0, timeout: 1000, successThreshold: 1, failureThreshold: 3 };
  assert.deepEqual(spec && withoutLog(spec), {
    name: "web",
    ...PLAIN,
    umask: 0o077,
    user: "www-data",
    group: "33",
    nice: 5,
    limits: { nofile: "1024:1024" },
    dependsOn: { db: "ready" },
    ready: { method: { kind: "tcp", hostname: "127.0.0.1", port: 9000 }, period: 1000, ...pace },
    live: { method: { kind: "notify" }, period: 20_000, ...pace },
    stopCommand: ["x", "stop"],
    maxMemory: { bytes: 1024 * 1024, window: 5000 },
    critical: true,
    onFailed: "exit",
  });
});

Deno.test("every instance has a spec of its own, alike but for its name and number", async () => {
  const specs = await specsOf('[[program]]\nname = "web"\ncommand = ["x"]\ninstances = 2\n');
  assert.deepEqual(specs.map(withoutLog), [
    { name: "web.1", ...PLAIN, family: { name: "web", number: 1 } },
    { name: "web.2", ...PLAIN, family: { name: "web", number: 2 } },
  ]);
});

Deno.test("scaling up restarts nothing: the first one's mark stays", async () => {
  const text = '[[program]]\nname = "web"\ncommand = ["x"]\ncwd = "/"\n';
  const [before] = await specsOf(text);
  const [after, second] = await specsOf(text, { scale: { web: 2 } });
  assert.ok(before && after && second);
  assert.deepEqual([after.name, second.name], ["web", "web.2"]);
  assert.equal(specMark(after), specMark(before));
  assert.notEqual(specMark(second), specMark(after));
});

Deno.test("a command after -- is one program with defaults, can be scaled, and its words are its own affair", async () => {
  const command = { words: ["/bin/echo", "|", "$x"], cwd: "/" };
  const [spec] = await specsOf("", { command });
  assert.deepEqual(spec && withoutLog(spec), { name: "echo", ...PLAIN, command: ["/bin/echo", "|", "$x"] });
  const scaled = await specsOf("", { command, scale: { echo: 2 } });
  assert.deepEqual(scaled.map(({ name }) => name), ["echo", "echo.2"]);
});
