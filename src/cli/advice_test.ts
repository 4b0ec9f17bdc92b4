import assert from "node:assert/strict";
import { adviser, guessedInstance } from "./advice.ts";
import { APPD as PRODUCT } from "../base/product.ts";
import { APPD } from "./command_table.ts";

const OWN = { program: APPD, product: PRODUCT };

Deno.test("the commands of a hint are those of the same instance", () => {
  const advise = adviser(OWN, { home: "/srv/a", name: "b", quiet: true });
  const table: readonly (readonly [text: string, becomes: string])[] = [
    ["start it: appd start", "start it: appd --home /srv/a --name b start"],
    [
      "appd jobs show --run 3; end it: appd jobs cancel --run 3",
      "appd --home /srv/a --name b jobs show --run 3; end it: appd --home /srv/a --name b jobs cancel --run 3",
    ],
    ["Use 'appd resume' to resume", "Use 'appd --home /srv/a --name b resume' to resume"],
    ["see: appd --help", "see: appd --help"],
    ["it was written by a newer appd than this", "it was written by a newer appd than this"],
    ["appd stopped it; ls /run/appd start", "appd stopped it; ls /run/appd start"],
  ];
  for (const [text, becomes] of table) assert.equal(advise(text), becomes);
  assert.equal(adviser(OWN, { quiet: true })("appd start"), "appd start");
});

Deno.test("what a shell would take apart is quoted", () => {
  assert.equal(
    adviser(OWN, { home: "/srv/my place", config: "it's $1" })("appd start"),
    `appd --home '/srv/my place' --config 'it'\\''s $1' start`,
  );
});

Deno.test("a line that was not understood says which instance it is about all the same", () => {
  assert.deepEqual(guessedInstance(["jbos", "--home", "/a", "--name=b", "--home=/c"]), { home: "/c", name: "b" });
  assert.deepEqual(guessedInstance(["jobs", "--home"]), {});
});
