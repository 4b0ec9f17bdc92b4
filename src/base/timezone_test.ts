import assert from "node:assert/strict";
import { isTimezone, nearestTimezone } from "./timezone.ts";

const TABLE: readonly [meant: string, zone: string | undefined][] = [
  ["Europa/Berlin", "Europe/Berlin"],
  ["berlin", "Europe/Berlin"],
  ["new york", "America/New_York"],
  ["Asia/Kolkatta", "Asia/Kolkata"],
  ["Europe/Kyivv", "Europe/Kyiv"],
  ["utc ", "UTC"],
  ["", undefined],
];

for (const [meant, zone] of TABLE) {
  Deno.test(`the zone that "${meant}" was meant to be`, () => assert.equal(nearestTimezone(meant), zone));
}

Deno.test("every zone that is offered is one", () => {
  for (const name of ["Kolkata", "Nuuk", "Mendoza", "Louisville", "Kanton"]) {
    assert.equal(isTimezone(nearestTimezone(name) ?? ""), true, name);
  }
});
