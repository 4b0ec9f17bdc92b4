import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { openUsageProcesses, parseIo, readOpen } from "./process_usage.ts";
import { parseStat, systemProcesses } from "./processes.ts";

const STAT = "42 (a) b (c) S 1 40 41 0 -1 4194304 0 0 0 0 11 22 33 44 20 0 7 0 123456 8192 25 " +
  "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0";

Deno.test("a line of stat is read whatever the name holds", () => {
  assert.deepEqual(parseStat(42, STAT), {
    pid: 42,
    state: "S",
    ppid: 1,
    pgid: 40,
    sid: 41,
    cpuTicks: 33,
    childTicks: 77,
    threads: 7,
    startTime: "123456",
    rssBytes: 25 * 4096,
  });
});

Deno.test("bytes of storage are those of io, not of calls", () => {
  const text = "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 50\nwrite_bytes: 60\ncancelled_write_bytes: 7\n";
  assert.deepEqual(parseIo(text), { readBytes: 50, writeBytes: 60 });
  assert.equal(parseIo(""), undefined);
});

Deno.test({ name: "this process is seen as it is", ignore: Deno.build.os !== "linux" }, () => {
  const source = openUsageProcesses();
  const { pid } = process;
  assert.ok(source.pids().includes(pid));
  const { childTicks, cpuTicks, rssBytes: _rss, threads: _threads, state: _state, ...same } = source.times(pid)!;
  const { startTime, ppid, pgid, sid } = systemProcesses.stat(pid)!;
  assert.deepEqual(same, { pid, startTime, ppid, pgid, sid });
  assert.ok(cpuTicks > 0 && childTicks >= 0);
  const age = source.sinceBoot() - Number(startTime) * 10;
  assert.ok(age > performance.now() - 1000 && age < source.sinceBoot(), `${age}`); // This thread may be younger.
  const held = Array.from({ length: 20 }, () => fs.openSync("/dev/null", "r"));
  const many = source.descriptors(pid)!;
  for (const fd of held) fs.closeSync(fd);
  assert.equal(many - source.descriptors(pid)!, 20);
  assert.equal(typeof (source.io(pid) ?? { readBytes: 0 }).readBytes, "number");
});

Deno.test("a process that is not there is undefined", () => {
  const source = openUsageProcesses();
  const pid = 2 ** 30;
  assert.deepEqual([source.times(pid), source.descriptors(pid), source.io(pid)], [undefined, undefined, undefined]);
});

Deno.test(
  { name: "a process that goes after its file was opened is no error", ignore: Deno.build.os !== "linux" },
  async () => {
    const child = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
    const files = ["stat", "io"].map((name) => fs.openSync(`/proc/${child.pid}/${name}`, "r"));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    const buffer = Buffer.alloc(100);
    assert.deepEqual(files.map((fd) => readOpen(buffer, fd)), ["", ""]);
    for (const fd of files) fs.closeSync(fd);
  },
);
