import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import { FakeProcesses } from "./fake_processes.ts";
import type { Root } from "./tree.ts";
import { createUsage, type Followed } from "./usage.ts";

function bench(programs: Followed[] = [{ name: "web" }]) {
  const clock = new FakeClock();
  const processes = new FakeProcesses();
  const roots: Root[] = [];
  const excesses: string[] = [];
  const usage = createUsage({
    clock,
    processes,
    roots: () => roots,
    onExcess: (name, text) => excesses.push(`${name} ${text}`),
  });
  usage.follow(programs);
  return {
    clock,
    processes,
    roots,
    excesses,
    usage,
    /** Begins a life of a program. */
    start(name: string, pid: number) {
      const main = processes.add(pid);
      const at = roots.findIndex((root) => root.name === name);
      roots.splice(at < 0 ? roots.length : at, at < 0 ? 0 : 1, { name, pid, startTime: main.startTime });
      return main;
    },
    /** Lets time pass, on the clock and since boot. */
    pass(ms: number) {
      for (let left = ms; left > 0; left -= 1000) {
        processes.boot += Math.min(1000, left);
        clock.advance(Math.min(1000, left));
      }
    },
    [Symbol.dispose]: () => usage[Symbol.dispose](),
  };
}

const MIB = 1024 ** 2;

Deno.test("numbers are those of the whole tree", () => {
  using t = bench();
  t.start("web", 100);
  t.processes.add(101, { ppid: 100, rssBytes: 500, threads: 4, fds: 7, io: { readBytes: 10, writeBytes: 20 } });
  t.processes.add(102, { ppid: 101, state: "Z", rssBytes: 0, fds: 0 });
  t.processes.add(103, { ppid: 1, rssBytes: 9999 });
  t.pass(4000);
  t.processes.table.get(100)!.cpuTicks = 100;
  t.processes.table.get(101)!.cpuTicks = 300;
  assert.deepEqual(t.usage.reports().get("web"), {
    cpu_percent: 100, // 4 s in the 4 s since its start.
    rss_bytes: 1500,
    processes: 2,
    threads: 5,
    fds: 10,
    read_bytes: 10,
    write_bytes: 20,
  });
});

Deno.test("CPU is measured since the last sample, which is shared for a second", () => {
  using t = bench();
  const main = t.start("web", 100);
  t.pass(2000);
  main.cpuTicks = 50;
  assert.equal(t.usage.reports().get("web")?.cpu_percent, 25);
  t.pass(500);
  main.cpuTicks = 150;
  assert.equal(t.usage.reports().get("web")?.cpu_percent, 25);
  t.pass(500);
  assert.equal(t.usage.reports().get("web")?.cpu_percent, 100);
  t.pass(2000);
  assert.equal(t.usage.reports().get("web")?.cpu_percent, 0);
});

Deno.test("a new life is not measured against the last one", () => {
  using t = bench();
  t.start("web", 100).cpuTicks = 5000;
  t.pass(3000);
  t.usage.reports();
  t.processes.table.clear();
  t.start("web", 200).cpuTicks = 1;
  t.pass(100);
  assert.equal(t.usage.reports().get("web")?.cpu_percent, 10);
  assert.equal(t.usage.totals().get("web")?.cpuSeconds, 50.01);
});

Deno.test("counters do not fall when children or lives end; bytes of the report are those of the life", () => {
  using t = bench();
  t.start("web", 100).io = { readBytes: 5, writeBytes: 0 };
  t.processes.add(101, { ppid: 100, cpuTicks: 700, io: { readBytes: 100, writeBytes: 1 } });
  assert.deepEqual(t.usage.totals().get("web"), { cpuSeconds: 7, readBytes: 105, writeBytes: 1 });
  t.processes.table.delete(101);
  t.pass(1000);
  assert.deepEqual(t.usage.totals().get("web"), { cpuSeconds: 7, readBytes: 105, writeBytes: 1 });
  t.processes.table.clear();
  t.start("web", 300).io = { readBytes: 3, writeBytes: 4 };
  assert.deepEqual(t.usage.totals().get("web"), { cpuSeconds: 7, readBytes: 108, writeBytes: 5 });
  assert.equal(t.usage.reports().get("web")?.read_bytes, 3);
});

Deno.test("what cannot be read is null, and what is gone has no report", () => {
  using t = bench([{ name: "web" }, { name: "db" }]);
  Object.assign(t.start("web", 100), { fds: undefined, io: undefined });
  t.start("db", 200);
  t.processes.table.delete(200);
  const reports = t.usage.reports();
  assert.deepEqual([...reports.keys()], ["web"]);
  const { fds, read_bytes, write_bytes } = reports.get("web")!;
  assert.deepEqual([fds, read_bytes, write_bytes], [null, null, null]);
});

Deno.test("processes that vanish during a sample do no harm, at whatever read", () => {
  for (let read = 1; read <= 12; read++) {
    using t = bench();
    t.start("web", 100);
    for (const pid of [101, 102, 103]) t.processes.add(pid, { ppid: 100 });
    let count = 0;
    t.processes.beforeRead = (pid) => ++count >= read && pid !== 100 && t.processes.table.delete(pid);
    const report = t.usage.reports().get("web");
    assert.ok(report !== undefined && report.processes! >= 1 && report.cpu_percent === 0, `read ${read}`);
    t.pass(1000);
    assert.equal(t.usage.reports().get("web")?.processes, 1);
  }
});

Deno.test("want of descriptors costs one sample, not the daemon; a bug is not hidden", () => {
  using t = bench();
  t.start("web", 100);
  t.processes.failure = Object.assign(new Error("too many open files"), { code: "EMFILE" });
  assert.equal(t.usage.reports().size, 0);
  t.pass(12_000);
  t.processes.failure = undefined;
  assert.equal(t.usage.reports().size, 1);
  t.processes.failure = new TypeError("a bug");
  t.clock.advance(1000);
  assert.throws(() => t.usage.reports(), TypeError);
});

Deno.test("a process of no program is read once a minute", () => {
  using t = bench();
  t.start("web", 100);
  t.processes.add(50);
  t.pass(50_000);
  assert.equal(t.processes.reads.filter((pid) => pid === 50).length, 1);
  t.processes.add(50, { ppid: 100 }); // The PIDs went round.
  t.pass(30_000);
  assert.equal(t.usage.reports().get("web")?.processes, 2);
});

Deno.test("a restarted program is seen at once, with children that were strangers a moment ago", () => {
  using t = bench([{ name: "web" }, { name: "db" }]);
  t.start("db", 100);
  t.processes.add(200);
  t.processes.add(201, { ppid: 200 });
  t.usage.reports();
  t.roots.push({ name: "web", pid: 200, startTime: t.processes.table.get(200)!.startTime });
  assert.equal(t.usage.reports().get("web")?.processes, 2);
});

Deno.test("the history has an entry every ten seconds, whatever is asked in between", () => {
  using t = bench();
  const main = t.start("web", 100);
  t.pass(9000);
  main.cpuTicks = 500;
  t.usage.reports();
  t.pass(11_500);
  const { samples, ...head } = t.usage.history("web");
  assert.deepEqual(head, { program: "web", interval_s: 10 });
  assert.deepEqual(samples.map(({ at, cpu_percent }) => [at, cpu_percent]), [
    ["2025-11-01T10:30:10.000Z", 50],
    ["2025-11-01T10:30:20.000Z", 0],
  ]);
});

Deno.test("the history of an hour is kept, gaps included, whatever happens to the wall clock", () => {
  using t = bench();
  t.start("web", 100);
  t.pass(1_800_000);
  const life = t.roots.splice(0);
  t.pass(1_000_000);
  t.roots.push(...life);
  t.pass(1_600_000);
  t.clock.jump(-7_200_000);
  const { samples } = t.usage.history("web");
  assert.equal(samples.length, 101 + 160); // Of the last hour, both ends included, without the gap.
  assert.equal(samples.at(-1)?.at, new Date(t.clock.now()).toISOString());
  t.roots.splice(0);
  t.pass(3_700_000);
  assert.deepEqual(t.usage.history("web").samples, []);
});

Deno.test("without programs nothing ticks and nothing is read; a removed program is forgotten", () => {
  using t = bench([]);
  assert.equal(t.clock.pending, 0);
  assert.equal(t.usage.reports().size, 0);
  assert.deepEqual(t.processes.reads, []);
  t.usage.follow([{ name: "web", maxMemory: { bytes: 1, window: 30_000 } }]);
  assert.equal(t.clock.pending, 2);
  t.start("web", 100);
  t.pass(20_000);
  t.usage.follow([]);
  t.roots.splice(0);
  assert.equal(t.clock.pending, 0);
  assert.deepEqual(t.usage.history("web").samples, []);
  assert.equal(t.usage.totals().size, 0);
});

Deno.test("memory of a tree above the limit is told by the timer, not by who looks at the status", () => {
  using t = bench([{ name: "web", maxMemory: { bytes: 512 * MIB, window: 30_000 } }, { name: "db" }]);
  t.start("web", 100).rssBytes = 300 * MIB;
  t.start("db", 200).rssBytes = 3000 * MIB;
  const child = t.processes.add(101, { ppid: 100, rssBytes: 300 * MIB });
  t.pass(39_000);
  t.usage.reports();
  assert.deepEqual(t.excesses, []);
  t.pass(1000);
  assert.deepEqual(t.excesses, ["web uses 600MiB, more than max_memory 512MiB, for 30s"]);
  child.rssBytes = 900 * MIB;
  t.pass(300_000);
  assert.equal(t.excesses.length, 1);
});

Deno.test("a dip, a restart and a changed limit each begin the window anew", () => {
  const limit = { bytes: 512 * MIB, window: 9000 };
  using t = bench([{ name: "web", maxMemory: limit }]);
  const main = t.start("web", 100);
  main.rssBytes = 600 * MIB;
  t.pass(9000);
  main.rssBytes = 400 * MIB;
  t.pass(3000);
  main.rssBytes = 600 * MIB;
  t.pass(9000);
  assert.deepEqual(t.excesses, []);
  t.start("web", 200).rssBytes = 700 * MIB;
  t.usage.follow([{ name: "web", maxMemory: { ...limit } }]); // The same limit is no change.
  t.pass(9000);
  assert.deepEqual(t.excesses, []);
  t.usage.follow([{ name: "web", maxMemory: { ...limit, bytes: 600 * MIB } }]);
  t.pass(9000);
  assert.deepEqual(t.excesses, []);
  t.pass(3000);
  assert.deepEqual(t.excesses, ["web uses 700MiB, more than max_memory 600MiB, for 9s"]);
});
