import assert from "node:assert/strict";
import { parseComing, parseMoment } from "./moment.ts";

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

Deno.test("what is to come: a duration ahead, the next such time of day, or ISO 8601", () => {
  const noon = new Date(2025, 10, 1, 12, 0).getTime();
  assert.equal(parseComing("2h", noon), noon + 7_200_000);
  assert.equal(parseComing("18:00", noon), new Date(2025, 10, 1, 18, 0).getTime());
  assert.equal(parseComing("9:30", noon), new Date(2025, 10, 2, 9, 30).getTime());
  assert.equal(parseComing("12:00", noon), new Date(2025, 10, 2, 12, 0).getTime(), "now is not to come");
  assert.equal(parseComing("2025-11-01T10:30:00Z", noon), Date.UTC(2025, 10, 1, 10, 30));
  for (const text of ["", "24:00", "9:60", "noon", "5"]) assert.equal(parseComing(text, noon), undefined, text);
});
