import assert from "node:assert/strict";
import { isTimezone, nearestTimezone, systemTimezone } from "./timezone.ts";

Deno.test("which names are time zones", () => {
  assert.deepEqual(["Europe/Berlin", "UTC", "asia/kolkata"].map(isTimezone), [true, true, true]);
  assert.deepEqual(["Mars/Olympus", "", "Berlin", "../etc/passwd"].map(isTimezone), [false, false, false, false]);
});

Deno.test("the nearest zone: by the city alone, or by its letters", () => {
  const names = ["Berlin", "Europa/Berlin", "new york", "Amerika/New_York", "UCT ", "Lord Howe"].map(nearestTimezone);
  const zones = [
    "Europe/Berlin",
    "Europe/Berlin",
    "America/New_York",
    "America/New_York",
    "UTC",
    "Australia/Lord_Howe",
  ];
  assert.deepEqual(names, zones);
  assert.deepEqual(["", "qqqqqqqqqqqqqqqq"].map(nearestTimezone), [undefined, undefined]);
});

Deno.test("the system's zone: TZ in the forms of tzset(3), else the host's", () => {
  const host = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const read = ["Asia/Tokyo", ":Asia/Tokyo", "/usr/share/zoneinfo/Asia/Tokyo", ":/usr/share/zoneinfo/UTC", ""];
  assert.deepEqual(read.map(systemTimezone), ["Asia/Tokyo", "Asia/Tokyo", "Asia/Tokyo", "UTC", "UTC"]);
  assert.deepEqual([undefined, "CET-1CEST,M3.5.0,M10.5.0/3", "/etc/localtime"].map(systemTimezone), [host, host, host]);
});
