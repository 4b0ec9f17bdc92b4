import assert from "node:assert/strict";
import { findLeftovers, judge, scanHolders } from "./adoption.ts";
import { FakeHost } from "./fake_host.ts";
import type { ProgramRecord } from "./record.ts";

const RECORD: ProgramRecord = {
  pid: 100,
  startTime: "100",
  bootId: "boot",
  startedAt: 0,
  generation: 3,
  restarts: 2,
  spec: "x",
  stopSignal: "SIGTERM",
  stopTimeout: 1000,
};
const FIFO = "/h/programs/web/output.fifo";

function judged(host: FakeHost, record: ProgramRecord | undefined, command: string[] = ["serve"]) {
  const holders = scanHolders(host.processes, "/h/programs").get("web") ?? [];
  const { main, strays } = judge({ holders, record, processes: host.processes, command });
  return { main: main?.pid, strays: strays.map((one) => one.pid) };
}

Deno.test("holders are found by their output, also by one that was removed, and by their mark", () => {
  const host = new FakeHost();
  host.add({ pid: 10, outputs: [FIFO] });
  host.add({ pid: 11, outputs: ["/dev/null", `${FIFO} (deleted)`] });
  host.add({ pid: 12, environment: ["APPD_PROGRAM_ID=/h/programs/api"] });
  host.add({
    pid: 13,
    outputs: ["/h/programs/a/b/output.fifo", "/elsewhere/web/output.fifo", "/h/programs/output.fifo"],
  });
  host.add({ pid: 14, outputs: [FIFO], state: "Z" });
  const found = [...scanHolders(host.processes, "/h/programs")];
  assert.deepEqual(found.map(([name, list]) => [name, list.map((one) => [one.pid, one.cutOff])]), [
    ["web", [[10, false], [11, true]]],
    ["api", [[12, false]]],
  ]);
});

Deno.test("what is left without a daemon: all who are known, and who descends from them", () => {
  const host = new FakeHost();
  host.add({ pid: 10, outputs: [FIFO] });
  host.add({ pid: 11, pgid: 10, sid: 10, outputs: [FIFO] });
  host.add({ pid: 12, pgid: 5, sid: 5, outputs: [FIFO] });
  host.add({ pid: 13, ppid: 12 });
  host.add({ pid: 14 });
  host.add({ pid: host.processes.self, outputs: [FIFO] });
  host.add({ pid: 15, ppid: host.processes.self });
  const found = findLeftovers(host.processes, "/h/programs").map(({ name, pid, pgid }) => [name, pid, pgid]);
  assert.deepEqual(found, [["web", 10, 10], ["web", 11, 10], ["web", 12, 5], ["web", 13, 13]]);
});

Deno.test("the recorded process is the main one, even when it says nothing any more", () => {
  const host = new FakeHost();
  host.add({ pid: 100 });
  host.add({ pid: 90, outputs: [FIFO] });
  assert.deepEqual(judged(host, RECORD), { main: 100, strays: [] });
});

Deno.test("a record of another boot, of a zombie or of a reused PID tells of nobody", () => {
  const host = new FakeHost();
  host.add({ pid: 100 });
  assert.equal(judged(host, { ...RECORD, bootId: "before" }).main, undefined);
  assert.equal(judged(host, { ...RECORD, startTime: "99" }).main, undefined);
  host.add({ pid: 100, state: "Z" });
  assert.equal(judged(host, RECORD).main, undefined);
});

Deno.test("without a record the oldest session leader is the main process", () => {
  const host = new FakeHost();
  host.add({ pid: 30, startTime: "30", outputs: [FIFO] });
  host.add({ pid: 20, startTime: "20", outputs: [FIFO] });
  host.add({ pid: 10, startTime: "10", sid: 5, outputs: [FIFO] });
  assert.deepEqual(judged(host, undefined), { main: 20, strays: [] });
});

Deno.test("when the recorded process is gone, only one that runs the command succeeds it", () => {
  const host = new FakeHost();
  host.add({ pid: 200, outputs: [FIFO], command: ["helper"] });
  assert.deepEqual(judged(host, RECORD), { main: undefined, strays: [200] });
  host.add({ pid: 201, outputs: [FIFO], command: ["serve"] });
  assert.deepEqual(judged(host, RECORD), { main: 201, strays: [] });
});
