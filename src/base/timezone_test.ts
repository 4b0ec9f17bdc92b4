import assert from "node:assert/strict";
import { isTimezone, nearestTimezone, systemTimezone } from "./timezone.ts";

const TABLE: readonly [meant: string, zone: string | undefined][] = [
  ["Europa/Berlin", "Europe/Berlin"],
  ["berlin", "Europe/Berlin"],
  ["new york", "America/New_York"],
  ["Asia/Kolkatta", "Asia/Kolkata"],
  ["Europe/Kyivv", "Europe/Kyiv"],
  ["Lord Howe", "Australia/Lord_Howe"],
  ["qqqqqqqqqqqqqqqq", undefined],
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

Deno.test("which names are time zones", () => {
  assert.deepEqual(["Europe/Berlin", "UTC", "asia/kolkata"].map(isTimezone), [true, true, true]);
  assert.deepEqual(["Mars/Olympus", "", "Berlin", "../etc/passwd"].map(isTimezone), [false, false, false, false]);
});

Deno.test("the system's zone: TZ in the forms of tzset(3), else the host's", () => {
  const host = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const read = ["Asia/Tokyo", ":Asia/Tokyo", "/usr/share/zoneinfo/Asia/Tokyo", ":/usr/share/zoneinfo/UTC", ""];
  assert.deepEqual(read.map(systemTimezone), ["Asia/Tokyo", "Asia/Tokyo", "Asia/Tokyo", "UTC", "UTC"]);
  assert.deepEqual([undefined, "CET-1CEST,M3.5.0,M10.5.0/3", "/etc/localtime"].map(systemTimezone), [host, host, host]);
});

Deno.test("a TZ that the runtime does not know is UTC", async () => {
  const module = new URL("./timezone.ts", import.meta.url);
  const code = `import { systemTimezone } from "${module}"; console.log(systemTimezone(Deno.env.get("TZ")))`;
  const run = new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    env: { TZ: "Middle/Nowhere" },
    stderr: "inherit",
  });
  assert.equal(new TextDecoder().decode((await run.output()).stdout), "UTC\n");
});
