import assert from "node:assert/strict";
import { growthOf } from "./growth.ts";
import type { Member } from "./member.ts";

/** Ticks of its own, and of children that it waited for. */
function member(
  pid: number,
  ppid: number,
  [cpuTicks, childTicks]: [number, number],
  more: Partial<Member> = {},
): Member {
  const rest = { state: "S", pgid: pid, sid: pid, threads: 1, rssBytes: 0, startTime: String(pid), fds: 3 };
  return { pid, ppid, cpuTicks, childTicks, io: undefined, ...rest, ...more };
}

/** Ten seconds passed between the two looks; PID n was born n ticks after boot. */
function ticks(before: Member[], now: Member[], span = 10_000, sinceBoot = 20_000): number {
  return growthOf(new Map(before.map((one) => [one.pid, one])), now, { span, sinceBoot }).ticks;
}

Deno.test("what grew is counted, and a process that was born since counts whole", () => {
  assert.equal(ticks([member(1, 0, [50, 0])], [member(1, 0, [80, 0]), member(1500, 1, [7, 0])]), 37);
});

Deno.test("a child that ended is not counted twice when its parent takes over its time", () => {
  const before = [member(1, 0, [10, 0]), member(2, 1, [500, 0])];
  assert.equal(ticks(before, [member(1, 0, [10, 530])]), 30);
});

Deno.test("children that came and went between two looks are counted", () => {
  assert.equal(ticks([member(1, 0, [10, 100])], [member(1, 0, [12, 175])]), 77);
});

Deno.test("time goes up to the nearest ancestor that lives on", () => {
  const before = [member(1, 0, [0, 0]), member(2, 1, [40, 0]), member(3, 2, [300, 0])];
  assert.equal(ticks(before, [member(1, 0, [0, 345])]), 5);
});

Deno.test("a child that nobody of the tree waited for is no fall, and takes nothing from the others", () => {
  const before = [member(1, 0, [10, 20]), member(2, 1, [9000, 0])];
  assert.equal(ticks(before, [member(1, 0, [15, 20])]), 5);
});

Deno.test("a reused PID is another process", () => {
  const before = [member(1, 0, [0, 0]), member(1500, 1, [900, 0])];
  const now = [member(1, 0, [0, 0]), member(1500, 1, [6, 0], { startTime: "1900" })];
  assert.equal(ticks(before, now), 6);
});

Deno.test("an old process that was overlooked makes no spike, but counts whole in the first look", () => {
  const old = member(1000, 1, [1000, 0]); // 10 s of CPU in the 10 s of its life, 1 s of which is the span.
  assert.equal(ticks([member(1, 0, [0, 0])], [member(1, 0, [0, 0]), old], 1000), 100);
  assert.equal(ticks([], [old], Infinity), 1000);
});

Deno.test("bytes follow the same rules; nobody who knows is undefined", () => {
  const io = (readBytes: number) => ({ io: { readBytes, writeBytes: 1 } });
  const before = new Map([[1, member(1, 0, [0, 0], io(100))], [2, member(2, 1, [0, 0], io(1000))]]);
  const now = [member(1, 0, [0, 0], io(1150)), member(1900, 1, [0, 0], { io: undefined })];
  assert.deepEqual(growthOf(before, now, { span: 10_000, sinceBoot: 20_000 }).io, { readBytes: 50, writeBytes: 0 });
  assert.equal(growthOf(before, [member(1, 0, [0, 0])], { span: 1, sinceBoot: 2 }).io, undefined);
});
