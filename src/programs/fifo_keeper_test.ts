import assert from "node:assert/strict";
import { type Logger, SILENT } from "../base/logger.ts";
import { FakeClock } from "../system/fake_clock.ts";
import type { Files } from "../system/files.ts";
import { FakeHost } from "./fake_host.ts";
import { FifoKeeper } from "./fifo_keeper.ts";

function lab({ held = false } = {}) {
  const host = new FakeHost();
  const clock = new FakeClock();
  const said: string[] = [];
  const log: Logger = { ...SILENT, debug: (text: string) => void said.push(text) };
  const touched: string[] = [];
  const files = { unlink: (path: string) => touched.push(path) > 0 } as unknown as Files;
  const fifos = { ...host.fifos, isHeld: (path: string) => held && path.endsWith("-1.fifo") };
  const keeper = new FifoKeeper({ processes: host.processes, clock, fifos, files, log, directory: "/run/programs" });
  const alive = () => [...host.table.values()].map(({ pid, command }) => `${pid}: ${command.slice(2).join(" ")}`);
  return { host, clock, said, touched, keeper, alive };
}

Deno.test("one process holds the FIFOs of all programs, and a bigger one follows before it ends", () => {
  const { host, clock, keeper, alive } = lab();
  keeper.hold("a", false);
  keeper.hold("b", false);
  clock.advance(100);
  assert.deepEqual(alive(), ["100: a/output.fifo b/output.fifo"]);
  assert.deepEqual(host.spawned[0]?.env, { PATH: "/usr/bin:/bin", APPD_KEEPER: "/run/programs" });
  keeper.hold("c", true);
  clock.advance(150);
  assert.equal(alive().length, 2);
  clock.advance(50);
  assert.deepEqual(alive(), ["101: a/output.fifo b/output.fifo c/output.fifo"]);
});

Deno.test("a program that comes back finds its FIFO held, unless it was replaced", () => {
  const { host, clock, keeper } = lab();
  keeper.hold("a", true);
  clock.advance(200);
  keeper.release("a");
  keeper.hold("a", false);
  clock.advance(200);
  assert.equal(host.spawned.length, 1);
  keeper.hold("a", true);
  clock.advance(200);
  assert.equal(host.spawned.length, 2);
});

Deno.test("without programs it is ended after a while, at a close at once; while they run it stays", () => {
  const { clock, keeper, alive } = lab();
  keeper.hold("a", false);
  clock.advance(200);
  keeper.release("a");
  clock.advance(9999);
  assert.equal(alive().length, 1);
  clock.advance(1);
  assert.equal(alive().length, 0);
  for (const runs of [true, false]) {
    const t = lab();
    t.keeper.hold("a", false);
    t.clock.advance(200);
    if (!runs) t.keeper.release("a");
    t.keeper.close();
    assert.deepEqual([t.alive().length, t.clock.pending], [runs ? 1 : 0, 0]);
  }
});

Deno.test("one that dies is replaced, one that cannot be had is done without", async () => {
  const { host, clock, keeper, said, alive } = lab();
  keeper.hold("a", false);
  clock.advance(200);
  host.exit(100, { signal: "SIGKILL" });
  await Promise.resolve();
  clock.advance(10_000);
  assert.deepEqual(alive(), ["101: a/output.fifo"]);
  for (const name of ["b", "c"]) {
    host.failures.push(Object.assign(new Error("no tee"), { code: "ENOENT" }));
    keeper.hold(name, false);
    clock.advance(200);
  }
  assert.deepEqual([said.length, alive()], [1, ["101: a/output.fifo"]]);
});

Deno.test("one that cannot be looked at for want of a descriptor is ended at once, and followed when there is one", () => {
  const { host, clock, keeper, alive } = lab();
  const { stat } = host.processes;
  host.processes.stat = () => {
    throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
  };
  keeper.hold("a", false);
  clock.advance(200);
  assert.deepEqual([host.spawned.length, alive()], [1, []]);
  host.processes.stat = stat;
  clock.advance(10_000);
  assert.deepEqual(alive(), ["101: a/output.fifo"]);
});

Deno.test("the keeper of a dead daemon is ended when the new one is there, that of another instance never", () => {
  const { host, clock, keeper, alive, touched } = lab({ held: true });
  host.add({ environment: ["APPD_KEEPER=/run/programs"], command: ["", "", "old"] });
  host.add({ environment: ["APPD_KEEPER=/run/programs2"], command: ["", "", "other"] });
  assert.equal(keeper.succeed(), true);
  keeper.hold("a", false);
  clock.advance(150);
  assert.deepEqual(alive(), ["100: old", "101: other", "102: a/output.fifo"]);
  assert.deepEqual(touched, ["/run/programs/.keeper-2.fifo"], "by its stdin the old one can still be found");
  clock.advance(50);
  assert.deepEqual(alive(), ["101: other", "102: a/output.fifo"]);
  assert.equal(lab().keeper.succeed(), false);
});

Deno.test("the keeper of a dead daemon is ended also where no program is left", () => {
  const { host, clock, keeper, alive } = lab({ held: true });
  host.add({ environment: ["APPD_KEEPER=/run/programs"] });
  keeper.succeed();
  clock.advance(100);
  assert.deepEqual(alive(), []);
});
