import assert from "node:assert/strict";
import { parseMoment } from "./moment.ts";

const NOW = Date.UTC(2025, 10, 1, 12, 0);

Deno.test("a duration is so long ago", () => {
  assert.equal(parseMoment("10m", NOW), NOW - 600_000);
});

Deno.test("ISO 8601 with a zone, and local time without", () => {
  assert.equal(parseMoment("2025-11-01T10:30:00Z", NOW), Date.UTC(2025, 10, 1, 10, 30));
  assert.equal(parseMoment("2025-11-01T10:30:00.5+05:30", NOW), Date.UTC(2025, 10, 1, 5, 0, 0, 500));
  assert.equal(parseMoment("2025-11-01", NOW), new Date(2025, 10, 1).getTime());
  assert.equal(parseMoment("2025-11-01 10:30", NOW), new Date(2025, 10, 1, 10, 30).getTime());
});

Deno.test("anything else is no moment", () => {
  for (const text of ["", "yesterday", "10", "2025", "2025-13-01", "2025-11-01T25:00", "1"]) {
    assert.equal(parseMoment(text, NOW), undefined, text);
  }
});
