import assert from "node:assert/strict";
import { cutLine, fitPage } from "./fit.ts";
import { COLOURED } from "./style.ts";

Deno.test("a line is cut by what can be seen of it", () => {
  assert.equal(cutLine("abcdef", 6), "abcdef");
  assert.equal(cutLine("abcdef", 4), "abcd");
  assert.equal(cutLine("aé😀def", 4), "aé😀", "a picture takes two places");
  assert.equal(cutLine("aé😀def", 3), "aé", "and is not cut in two");
  assert.equal(cutLine("日e\u0301x", 3), "日e\u0301");
  const line = `${COLOURED.good("running")}  yes`;
  assert.equal(cutLine(line, 12), line);
  assert.equal(cutLine(line, 8), `${COLOURED.good("running")} `);
  assert.equal(cutLine(line, 3), "\x1b[32mrun\x1b[0m", "a colour does not leak into the next line");
  assert.equal(cutLine("", 3), "");
});

Deno.test("a page leaves the last row to the cursor and says what is missing", () => {
  const lines = ["one", "two", "three", "four"];
  assert.deepEqual(fitPage(lines, { columns: 80, rows: 5 }), lines);
  assert.deepEqual(fitPage(lines, { columns: 80, rows: 4 }), ["one", "two", "... 2 more lines"]);
  assert.deepEqual(fitPage(lines, { columns: 2, rows: 4 }), ["on", "tw", ".."]);
  assert.deepEqual(fitPage(lines, { columns: 80, rows: 1 }), ["... 4 more lines"]);
});
