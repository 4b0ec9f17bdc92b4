import assert from "node:assert/strict";
import type { ProcessStat } from "../system/processes.ts";
import { treesOf } from "./tree.ts";

function process(pid: number, ppid: number, more: Partial<ProcessStat> = {}): ProcessStat {
  const rest = {
    state: "S",
    pgid: pid,
    sid: pid,
    cpuTicks: 0,
    childTicks: 0,
    threads: 1,
    rssBytes: 0,
    startTime: String(pid),
  };
  return { pid, ppid, ...rest, ...more };
}

function pids(roots: [string, number][], all: ProcessStat[]): Record<string, number[]> {
  const trees = treesOf(roots.map(([name, pid]) => ({ name, pid, startTime: String(pid) })), all);
  return Object.fromEntries([...trees].map(([name, tree]) => [name, tree.map(({ pid }) => pid)]));
}

Deno.test("descendants, members of the session and of the group belong to a program", () => {
  const all = [
    process(1, 0),
    process(50, 1),
    process(100, 50),
    process(101, 100, { sid: 100, pgid: 101 }),
    process(102, 1, { sid: 100, pgid: 101 }), // Its parent is gone, the session is not.
    process(103, 101), // In a session of its own, but a descendant.
    process(104, 103),
    process(200, 50),
    process(201, 1, { pgid: 200, sid: 1 }),
    process(300, 50),
  ];
  assert.deepEqual(pids([["web", 100], ["db", 200]], all), { web: [100, 101, 102, 103, 104], db: [200, 201] });
});

Deno.test("a program within another program's tree is counted once, for itself", () => {
  const all = [process(100, 1), process(110, 100), process(111, 110)];
  assert.deepEqual(pids([["outer", 100], ["inner", 110]], all), { outer: [100], inner: [110, 111] });
});

Deno.test("a PID that is another process by now has no tree, and takes nobody in", () => {
  const all = [process(100, 1, { startTime: "999" }), process(101, 100)];
  assert.deepEqual(pids([["web", 100]], all), {});
});

Deno.test("a session that is older than its leader is another one with the same number", () => {
  const all = [process(100, 1), process(42, 1, { sid: 100 })];
  assert.deepEqual(pids([["web", 100]], all), { web: [100] });
});

Deno.test("a circle of parents, which only a torn list shows, ends", () => {
  const all = [process(100, 1), process(7, 8), process(8, 7)];
  assert.deepEqual(pids([["web", 100]], all), { web: [100] });
});
