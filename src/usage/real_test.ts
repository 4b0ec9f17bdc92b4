/** Real process trees of this machine. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { systemProcesses } from "../system/processes.ts";
import { systemClock } from "../system/clock.ts";
import { openUsageProcesses, type UsageProcesses } from "../system/process_usage.ts";
import { createUsage } from "./usage.ts";
import { until } from "../system/until.ts";

const MIB = 1024 ** 2;

/** All that descends from a process, also what has left its session. */
function offspring(pid: number): number[] {
  const all = systemProcesses.list();
  const below = (parent: number): number[] =>
    all.filter(({ ppid }) => ppid === parent).flatMap((one) => [...below(one.pid), one.pid]);
  return below(pid);
}

/** Runs a shell script as the supervisor would, in a session of its own, and follows it. */
function run(script: string, wrap: (processes: UsageProcesses) => UsageProcesses = (all) => all) {
  const child = spawn("/bin/sh", ["-c", script], { detached: true, stdio: "ignore" });
  const pid = child.pid ?? 0;
  const processes = openUsageProcesses();
  const startTime = processes.times(pid)!.startTime;
  const usage = createUsage({
    clock: systemClock,
    processes: wrap(processes),
    roots: () => [{ name: "web", pid, startTime }],
    onExcess: () => {},
  });
  usage.follow([{ name: "web" }]);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return {
    pid,
    usage,
    report: () => usage.reports().get("web"),
    async [Symbol.asyncDispose]() {
      usage[Symbol.dispose]();
      for (const one of [pid, ...offspring(pid)]) process.kill(one, "SIGKILL");
      await ended;
    },
  };
}

const linux = { ignore: Deno.build.os !== "linux" };

Deno.test({ name: "a shell with children: the sums of all of them", ...linux }, async () => {
  // Two sleepers, one of them out of the session and of its parent; a burner that gives up by itself.
  await using t = run(
    `sleep 60 & setsid sleep 60 & timeout 20 sh -c 'while :; do :; done' & wait`,
  );
  const report = await until("the burner burns", () => {
    const now = t.report();
    return now !== undefined && now.processes === 5 && now.cpu_percent! > 5 && now;
  });
  assert.ok(report.cpu_percent! < 400, `${report.cpu_percent} %`);
  assert.ok(report.rss_bytes! > MIB && report.rss_bytes! < 100 * MIB, `${report.rss_bytes} bytes`);
  assert.equal(report.threads, 5);
  assert.ok(report.fds! >= 15, `${report.fds} descriptors`);
  const first = t.usage.totals().get("web")!.cpuSeconds;
  await until("the counter grows", () => t.usage.totals().get("web")!.cpuSeconds > first);
});

Deno.test({ name: "short commands count to the tick, though no sample ever sees most of them", ...linux }, async () => {
  await using t = run(`
    work() { i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done; }
    n=0; while [ $n -lt 300 ]; do n=$((n+1)); (work); done; exec sleep 60`);
  const seconds = () => t.usage.totals().get("web")?.cpuSeconds ?? 0;
  let last = 0;
  await until("its work is done", () => {
    assert.ok(seconds() >= last, `fell from ${last} to ${seconds()}`);
    last = seconds();
    return Deno.readTextFileSync(`/proc/${t.pid}/comm`).trim() === "sleep";
  }, 60_000);
  const { cpuTicks, childTicks } = openUsageProcesses().times(t.pid)!;
  assert.ok(childTicks > 0);
  await until("all of it is counted", () => Math.round(seconds() * 100) === cpuTicks + childTicks);
});

Deno.test({ name: "children that end between the list and the look do no harm", ...linux }, async () => {
  // Every process but the shell is killed right before each kind of read in turn.
  let victim: "times" | "descriptors" | "io" = "times";
  let kills = 0;
  const kill = (pid: number, where: typeof victim, shell: number) => {
    if (where !== victim || pid === shell) return;
    const one = openUsageProcesses().times(pid);
    if (one?.ppid !== shell) return;
    process.kill(pid, "SIGKILL");
    kills++;
    // Gone once the shell has waited for it.
    for (const end = performance.now() + 5000; performance.now() < end;) {
      if (openUsageProcesses().times(pid)?.startTime !== one.startTime) return;
    }
    throw new Error(`process ${pid} does not go`);
  };
  let shell = 0;
  await using t = run("while :; do sleep 60 & wait; done", (all) => ({
    ...all,
    times: (pid) => (kill(pid, "times", shell), all.times(pid)),
    descriptors: (pid) => (kill(pid, "descriptors", shell), all.descriptors(pid)),
    io: (pid) => (kill(pid, "io", shell), all.io(pid)),
  }));
  shell = t.pid;
  for (victim of ["times", "descriptors", "io"] as const) {
    const before = kills;
    const report = await until(`a child killed before its ${victim}`, () => {
      const now = t.report();
      return kills > before && now;
    });
    assert.ok(report.processes! >= 1 && report.cpu_percent! >= 0, JSON.stringify(report));
  }
});
