/** Every place of the seeds' documents is proven by a test, and every test that names places names such as there are. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { flawsOf, proofsOf, seedsOf } from "../../scripts/seeds.ts";

Deno.test("every place of the seeds has a test, and every test names places that there are", async () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const seeds = await seedsOf(root);
  assert.ok(seeds.length > 0);
  assert.deepEqual(flawsOf(seeds, proofsOf(root, seeds)), []);
});
