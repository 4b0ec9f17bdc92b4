import assert from "node:assert/strict";
import { type Kept, mergeFigures } from "./figures.ts";

const figure = (value: number, quick: boolean): Kept => ({ value, quick, detail: "", version: "appd 1" });

Deno.test("a quick figure stands where there is none or another quick one, never for a full one", () => {
  const kept = { full: figure(1, false), quick: figure(2, true) };
  const fresh = { full: figure(3, true), quick: figure(4, true), other: figure(5, true) };
  assert.deepEqual(mergeFigures(kept, fresh), {
    full: figure(1, false),
    quick: figure(4, true),
    other: figure(5, true),
  });
  assert.deepEqual(mergeFigures(kept, { full: figure(6, false) }).full, figure(6, false));
});
