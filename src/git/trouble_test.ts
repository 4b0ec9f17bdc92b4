import assert from "node:assert/strict";
import { Trouble } from "./trouble.ts";

const FAILURE = { error: "broken", isMissing: false, now: 5000, pollInterval: 3000 };

Deno.test("each failure in a row doubles the wait and the limit, up to a minute", () => {
  const trouble = new Trouble();
  const waits = Array.from({ length: 8 }, () => trouble.begin(FAILURE));
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  assert.deepEqual([trouble.limitMs, trouble.nextTryAt, trouble.missingAt], [160_000, 65_000, undefined]);
  trouble.end();
  assert.deepEqual([trouble.isThere, trouble.error, trouble.limitMs], [false, null, 10_000]);
});

Deno.test("one that is missing is tried again as often as one that is well, and another trouble begins anew", () => {
  const trouble = new Trouble();
  const missing = { ...FAILURE, error: "missing", isMissing: true };
  assert.deepEqual([1, 2, 3].map(() => trouble.begin(missing)), [1000, 2000, 3000]);
  assert.equal(trouble.missingAt, 5000);
  assert.equal(trouble.begin(FAILURE), 1000);
});
