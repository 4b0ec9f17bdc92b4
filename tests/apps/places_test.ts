/** Every place of the seeds' documents is proven by a test, and every test that names places names such as there are. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { flawsOf, proofsOf, seedsOf } from "../../scripts/seeds.ts";

Deno.test("every place of the seeds has a test, and every test names places that there are", async () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const seeds = await seedsOf(root);
  assert.ok(seeds.length > 0);
  assert.deepEqual(flawsOf(seeds, proofsOf(root, seeds)), []);
});

Deno.test("all cases that name places are among those that the lab runs", () => {
  const folder = new URL("../systemd/", import.meta.url);
  const lab = fs.readFileSync(new URL("lab_test.ts", folder), "utf8");
  const cases = fs.readdirSync(folder).filter((name) => name.endsWith("_cases.ts"));
  for (const file of cases) {
    const [, constant = ""] = new RegExp(`import \\{ (\\w+) \\} from "\\./${file}"`).exec(lab) ?? [];
    assert.ok(constant !== "" && lab.includes(`...${constant}`), `lab_test.ts does not run ${file}`);
  }
});
