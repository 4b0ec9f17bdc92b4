import assert from "node:assert/strict";
import { parseComing, parsePast } from "./moment.ts";

const NOW = Date.UTC(2025, 10, 1, 12, 0);

Deno.test("a duration is so long ago", () => {
  assert.equal(parsePast("10m", NOW), NOW - 600_000);
});

Deno.test("ISO 8601 with a zone, and local time without", () => {
  assert.equal(parsePast("2025-11-01T10:30:00Z", NOW), Date.UTC(2025, 10, 1, 10, 30));
  assert.equal(parsePast("2025-11-01T10:30:00.5+05:30", NOW), Date.UTC(2025, 10, 1, 5, 0, 0, 500));
  assert.equal(parsePast("2025-11-01", NOW), new Date(2025, 10, 1).getTime());
  assert.equal(parsePast("2025-11-01 10:30", NOW), new Date(2025, 10, 1, 10, 30).getTime());
});

Deno.test("anything else is no moment", () => {
  for (
    const text of [
      "",
      "yesterday",
      "10",
      "2025",
      "2025-13-01",
      "2025-11-01T25:00",
      "1",
      "2027-02-30",
      "2027-02-29T10:00Z",
    ]
  ) {
    assert.equal(parsePast(text, NOW), undefined, text);
  }
});

Deno.test("a time of day is the last such time", () => {
  const noon = new Date(2025, 10, 1, 12, 0).getTime();
  assert.equal(parsePast("9:30", noon), new Date(2025, 10, 1, 9, 30).getTime());
  assert.equal(parsePast("12:00", noon), noon, "now has come");
  assert.equal(parsePast("13:28", noon), new Date(2025, 9, 31, 13, 28).getTime());
  assert.equal(parsePast("2w", noon), noon - 14 * 86_400_000);
});

Deno.test("what is to come: a duration ahead, the next such time of day, or ISO 8601", () => {
  const noon = new Date(2025, 10, 1, 12, 0).getTime();
  assert.equal(parseComing("2h", noon), noon + 7_200_000);
  assert.equal(parseComing("18:00", noon), new Date(2025, 10, 1, 18, 0).getTime());
  assert.equal(parseComing("9:30", noon), new Date(2025, 10, 2, 9, 30).getTime());
  assert.equal(parseComing("12:00", noon), new Date(2025, 10, 2, 12, 0).getTime(), "now is not to come");
  assert.equal(parseComing("2025-11-01T10:30:00Z", noon), Date.UTC(2025, 10, 1, 10, 30));
  assert.equal(parseComing("1w", noon), noon + 7 * 86_400_000);
  for (const text of ["", "24:00", "9:60", "noon", "5", "2027-02-30"]) {
    assert.equal(parseComing(text, noon), undefined, text);
  }
});
