import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import type { Wait } from "./pace.ts";
import { Rounds, type Seat } from "./rounds.ts";

function lab() {
  const clock = new FakeClock();
  const turns: (() => void)[] = [];
  const rounds = new Rounds(clock, { nextTurn: (fn) => void turns.push(fn) });
  const times: Record<string, number[]> = {};
  const join = (name: string, wait: () => Wait): Seat => {
    times[name] = [];
    return rounds.join(() => {
      times[name]?.push(clock.monotonic());
      return wait();
    });
  };
  return { clock, turns, times, join };
}

Deno.test("those who look seldom look at the same moments, whenever they came", () => {
  const { clock, times, join } = lab();
  join("slow", () => 250);
  clock.advance(101);
  join("idle", () => 500);
  clock.advance(36);
  join("other", () => 500);
  clock.advance(1500);
  assert.deepEqual(times.slow, [0, 250, 500, 750, 1000, 1250, 1500]);
  assert.deepEqual(times.idle, [101, 500, 1000, 1500]);
  assert.deepEqual(times.other, [137, 500, 1000, 1500]);
  assert.equal(clock.pending, 1);
});

Deno.test("one in a hurry takes the others along when their time is near, and none is looked at twice for it", () => {
  const { clock, times, join } = lab();
  join("fast", () => 70);
  join("slow", () => 250);
  clock.advance(999);
  assert.deepEqual(times.slow, [0, 210, 490, 700, 980]);
});

Deno.test("a torrent has a turn of its own, and hands back to the rounds", () => {
  const { clock, turns, times, join } = lab();
  let torrent = true;
  const seat = join("torrent", () => torrent ? "now" : 500);
  for (let i = 0; i < 3; i++) turns.shift()?.();
  torrent = false;
  seat.hasten(10);
  turns.shift()?.();
  clock.advance(500);
  assert.deepEqual(times.torrent, [0, 0, 0, 0, 0, 500]);
  assert.equal(turns.length, 0);
});

Deno.test("an early look can be had, and a seat that was given up is not visited", () => {
  const { clock, turns, times, join } = lab();
  const idle = join("idle", () => 500);
  const torrent = join("torrent", () => "now");
  clock.advance(10);
  idle.hasten(50);
  clock.advance(100);
  assert.deepEqual(times.idle, [0, 60]);
  idle[Symbol.dispose]();
  torrent[Symbol.dispose]();
  for (const turn of turns) turn();
  clock.advance(5000);
  assert.deepEqual([times.idle?.length, times.torrent?.length, clock.pending], [2, 1, 0]);
});
