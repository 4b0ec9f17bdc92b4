import assert from "node:assert/strict";
import { fakeInstance } from "../fake_instance.ts";

Deno.test("a start that finds a daemon tells whole milliseconds", async () => {
  await using test = fakeInstance([]);
  const { already, ms } = JSON.parse((await test.run("start", "--json")).stdout);
  assert.deepEqual([already, Number.isInteger(ms)], [true, true], `${ms}`);
});
