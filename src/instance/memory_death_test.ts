import assert from "node:assert/strict";
import { memoryDeath } from "./memory_death.ts";

const LOG = `[    0.000000] Linux version 6.1
[  100.500000] Out of memory: Killed process 42 (cc1plus) total-vm:1kB
[ 1000.250000] oom-kill:constraint=CONSTRAINT_MEMCG,task=appd,pid=42
[ 1000.250001] Memory cgroup out of memory: Killed process 42 (appd) total-vm:2kB
[ 1000.300000] Memory cgroup out of memory: Killed process 421 (node) total-vm:3kB
Killed process 7 (no time)
`;
const APPD = "Memory cgroup out of memory: Killed process 42 (appd) total-vm:2kB";

const TABLE: readonly [what: string, pid: number, ticks: string, expected: string | undefined][] = [
  ["killed after its start", 42, "90000", APPD],
  ["killed at once, by a clock that is a bit behind", 42, "100030", APPD],
  ["a process that had the PID before it", 42, "200000", undefined],
  ["nobody killed it", 41, "90000", undefined],
  ["a line without a time tells nothing", 7, "1", undefined],
  ["a state without a start", 42, "", APPD],
];

for (const [what, pid, start_time, expected] of TABLE) {
  Deno.test(`the kernel's word of a death: ${what}`, () =>
    assert.equal(memoryDeath(LOG, { pid, start_time }), expected));
}
