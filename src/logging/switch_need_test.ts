import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import type { RotationPolicy } from "./rotation_policy.ts";
import { SwitchNeed } from "./switch_need.ts";

const DAY = 86_400_000;
const POLICY: RotationPolicy = {
  ...{ rotateSize: 10, rotateEvery: DAY, maxFiles: 3, maxAge: 0, maxTotal: 0, compress: false },
};
const LINES = new TextEncoder().encode("aaa\nbbb\n");

function setup() {
  const clock = new FakeClock(Date.UTC(2026, 0, 5, 23));
  return { clock, need: new SwitchNeed({ clock, policy: POLICY, since: clock.now() }) };
}

Deno.test("what does not fit is divided at a newline, and the rest goes into another file", () => {
  const { need } = setup();
  assert.equal(need.bytesBefore(LINES, { size: 2, lineBytes: 0 }), 8);
  assert.equal(need.kind, undefined);
  assert.equal(need.bytesBefore(LINES, { size: 5, lineBytes: 0 }), 4);
  assert.equal(need.kind, "rotate");
});

Deno.test("a line that has begun ends in its file, whatever is needed", () => {
  const { need } = setup();
  need.kind = "reopen";
  assert.equal(need.isDue({ size: 3, lineBytes: 3 }), false);
  assert.equal(need.bytesBefore(LINES, { size: 3, lineBytes: 3 }), 4);
  assert.equal(need.bytesBefore(LINES, { size: 3, lineBytes: 0 }), 0);
});

Deno.test("a period that is over is a need of a file with content only, and once", () => {
  const { clock, need } = setup();
  clock.advance(DAY / 2);
  need.lookAtPeriod({ size: 0, lineBytes: 0 });
  assert.equal(need.kind, undefined);
  clock.advance(DAY);
  need.lookAtPeriod({ size: 1, lineBytes: 0 });
  assert.equal(need.kind, "rotate");
  need.begin();
  need.lookAtPeriod({ size: 1, lineBytes: 0 });
  assert.equal(need.kind, undefined);
});

Deno.test("after a failure everything goes into the old file for a while, unless somebody hurries", () => {
  const { clock, need } = setup();
  const full = { size: 10, lineBytes: 0 };
  need.kind = "rotate";
  need.postpone(500);
  assert.deepEqual([need.isDue(full), need.bytesBefore(LINES, full)], [false, 8]);
  clock.advance(500);
  assert.deepEqual([need.isDue(full), need.bytesBefore(LINES, full)], [true, 0]);
  need.postpone(500);
  need.hurry();
  assert.equal(need.isDue(full), true);
});
