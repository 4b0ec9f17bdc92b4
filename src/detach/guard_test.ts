import assert from "node:assert/strict";
import { guardCommand } from "./guard.ts";

Deno.test("who died often waits longer, up to a minute", () => {
  const delays = [0, 1, 3, 6, 50].map((deaths) =>
    guardCommand({ program: "appd", home: "/home" }, { deaths, words: ["start"] })[5]
  );
  assert.deepEqual(delays, ["1", "2", "8", "60", "60"]);
});
