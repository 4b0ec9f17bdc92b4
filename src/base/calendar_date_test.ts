import assert from "node:assert/strict";
import { isCalendarDate } from "./calendar_date.ts";

Deno.test("days that there are, and days that there are not", () => {
  for (const day of ["2025-11-01", "2028-02-29", "2000-02-29", "0001-01-01", "2025-12-31"]) {
    assert.ok(isCalendarDate(day), day);
  }
  for (const day of ["2027-02-30", "2027-02-29", "1900-02-29", "2025-04-31", "2025-13-01", "2025-00-10", "x"]) {
    assert.ok(!isCalendarDate(day), day);
  }
});
