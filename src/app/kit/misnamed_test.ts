import assert from "node:assert/strict";
import { homeWith } from "../../config/home_with.ts";
import { loadConfig } from "../../config/load.ts";
import { type Misnamed, nameTaken, unfitName } from "./misnamed.ts";

const FILE = '[[program]]\nname = "api"\ncommand = ["x"]\n\n[[program]]\nname = "feeder"\ncommand = ["x"]\n';

const taken = (name: string) => nameTaken("cannot run", { section: "program", name, by: "a service of the app" });

async function told(misnamed: Misnamed): Promise<string> {
  await using home = homeWith(FILE);
  const { message, hint, exitCode } = await misnamed.inFile(await loadConfig(home));
  assert.equal(exitCode, 78);
  return `${message.replace(home.home, "")} | ${hint}`;
}

Deno.test("a name that the app has is told with its place in the file", async () => {
  assert.equal(
    await told(taken("feeder")),
    'cannot load the configuration: /config.toml:6:8: program.feeder.name is "feeder", and a service of the app has this ' +
      'name\n6 | name = "feeder"\n  |        ^^^^^^^^ | give it another name: logs and events go by it',
  );
});

Deno.test("a table that the app itself made has no place", async () => {
  assert.equal(await told(taken("made")), "cannot run | give the program another name in the configuration");
});

Deno.test("an unfit name that is made of a text of the file stands where that does", async () => {
  const [, line] = (await told(unfitName("lane:feeder"))).match(/^[^\n]*config\.toml:(.*)\n/) ?? [];
  assert.equal(line, '6:8: program.feeder.name makes the name of a service that is unfit: "lane:feeder"');
  assert.match(await told(unfitName("a lane that is longer than its feeder")), /its name is unfit \|/, "by chance");
  const nowhere = 'cannot run the service "lane:left": its name is unfit | letters, digits, ., _ and -, 64 at the most';
  assert.equal(await told(unfitName("lane:left")), nowhere);
});
