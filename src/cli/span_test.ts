import assert from "node:assert/strict";
import { parseSpan } from "./span.ts";

const DAY = 86_400_000;

Deno.test("weeks are seven days each, before the other units", () => {
  const table: readonly (readonly [text: string, ms: number])[] = [
    ["1w", 7 * DAY],
    [" 2w ", 14 * DAY],
    ["1w3d", 10 * DAY],
    ["0.5w", 3.5 * DAY],
    ["90m", 5_400_000],
  ];
  for (const [text, ms] of table) assert.equal(parseSpan(text), ms, text);
  for (const text of ["", "w", "1", "1d1w", "1ww", "-1w", "1 w", "1e3w"]) {
    assert.equal(parseSpan(text), undefined, text);
  }
});
