import assert from "node:assert/strict";
import { homeWith } from "../../config/home_with.ts";
import { loadConfig } from "../../config/load.ts";
import { NameTaken } from "./name_taken.ts";

const FILE = '[[program]]\nname = "api"\ncommand = ["x"]\n\n[[program]]\nname = "feeder"\ncommand = ["x"]\n';

async function told(name: string): Promise<string> {
  await using home = homeWith(FILE);
  const loaded = await loadConfig(home);
  const taken = new NameTaken("cannot run", { section: "program", name, by: "a service of the app" });
  const { message, hint, exitCode } = await taken.inFile(loaded);
  assert.equal(exitCode, 78);
  return `${message.replace(home.home, "")} | ${hint}`;
}

Deno.test("a name that the app has is told with its place in the file", async () => {
  assert.equal(
    await told("feeder"),
    'cannot load the configuration: /config.toml:6:8: program.feeder.name is "feeder", and a service of the app has this ' +
      'name\n6 | name = "feeder"\n  |        ^^^^^^^^ | give it another name: logs and events go by it',
  );
});

Deno.test("a table that the app itself made has no place", async () => {
  assert.equal(await told("made"), "cannot run | give the program another name in the configuration");
});
