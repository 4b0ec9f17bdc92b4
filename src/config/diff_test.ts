import assert from "node:assert/strict";
import { diffConfig } from "./diff.ts";
import { loadConfig } from "./load.ts";
import { homeWith } from "./home_with.ts";

async function configOf(text: string) {
  await using home = homeWith(text);
  return (await loadConfig({ ...home, home: "/h" })).config;
}

Deno.test("a diff names what changed and what a reload can do with it", async () => {
  const program = (name: string, more = "") => `[[program]]\nname = "${name}"\ncommand = ["x"]\n${more}`;
  const before = await configOf(
    `timezone = "UTC"\n[server]\nport = 1\n${program("same")}${program("gone")}${program("other")}`,
  );
  const after = await configOf(
    `[server]\nport = 2\n[log]\nlevel = "warning"\n${program("same")}${program("other", 'env = { A = "secret" }\n')}${
      program("new")
    }`,
  );
  assert.deepEqual(
    diffConfig(before, after),
    [
      { key: "timezone", change: "removed", effect: "applied" },
      { key: "server.port", change: "changed", effect: "needs restart" },
      { key: "log.level", change: "changed", effect: "applied" },
      { key: "program.gone", change: "removed", effect: "applied" },
      { key: "program.other", change: "changed", effect: "applied" },
      { key: "program.new", change: "added", effect: "applied" },
    ],
  );
  assert.deepEqual(diffConfig(before, before), []);
});

Deno.test("the same values written differently are no change", async () => {
  const one = await configOf('[log]\nmax_age = "24h"\nlevels = { a = "debug", b = "warn" }\n');
  const two = await configOf('[log]\nlevels.b = "warning"\nlevels.a = "debug"\nmax_age = "1d"\n');
  assert.deepEqual(diffConfig(one, two), []);
});

Deno.test("what [log] says is inherited: it changes the programs too", async () => {
  const program = '[[program]]\nname = "web"\ncommand = ["x"]\n';
  const changes = diffConfig(await configOf(program), await configOf(`[log]\nmax_files = 9\n${program}`));
  assert.deepEqual(changes.map(({ key }) => key), ["log.max_files", "program.web"]);
});
