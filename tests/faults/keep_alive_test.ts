import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import type { InstanceState } from "../../src/instance/state_file.ts";
import { alive, Instance, program, signal, until } from "../support/instance.ts";

const CONFIG = `[daemon]\nkeep_alive = true\n${program("web", "exec sleep 600")}`;

function stateOf(instance: Instance): InstanceState {
  return JSON.parse(fs.readFileSync(join(instance.home, "state.json"), "utf8")) as InstanceState;
}

function guardOf(instance: Instance): number {
  const { guard } = stateOf(instance);
  assert.ok(guard, "no guard is noted");
  return guard.pid;
}

async function statusOf(instance: Instance) {
  return JSON.parse((await instance.run(["status", "--json"])).stdout);
}

/** The daemon that runs after the one with this PID, and is ready. */
async function successor(instance: Instance, pid: number) {
  return await until(`a successor of ${pid}`, async () => {
    const status = await statusOf(instance);
    return status.state === "ready" && status.pid !== pid ? status : undefined;
  });
}

Deno.test("a daemon with keep_alive comes back after a kill -9, adopts its programs and says how it died", async () => {
  await using instance = new Instance(CONFIG);
  assert.equal((await instance.run(["start"])).code, 0);
  const before = await until("web", async () => {
    const status = await statusOf(instance);
    return status.programs[0].pid === null ? undefined : status;
  });
  signal(before.pid, "SIGKILL");
  const after = await successor(instance, before.pid);
  assert.equal(after.programs[0].pid, before.programs[0].pid);
  assert.deepEqual([after.last_end.how, after.last_end.pid], ["killed", before.pid]);
  assert.equal(stateOf(instance).deaths?.length, 1);
});

Deno.test("the guard costs less than 3 MB", async () => {
  await using instance = new Instance(CONFIG);
  await instance.run(["start"]);
  const rss = /^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${guardOf(instance)}/status`, "utf8"))?.[1];
  assert.ok(Number(rss) < 3000, `${rss} kB`);
});

Deno.test("an orderly stop sends the guard home", async () => {
  await using instance = new Instance(CONFIG);
  await instance.run(["start"]);
  const guard = guardOf(instance);
  assert.equal((await instance.run(["stop"])).code, 0);
  await until("the end of the guard", () => !alive(guard) || undefined);
  assert.equal((await statusOf(instance)).state, "stopped");
  assert.equal((await instance.run(["start"])).code, 0);
  assert.equal((await statusOf(instance)).last_end.how, "clean");
});

Deno.test("a stop after a death stays a stop: the guard, which waits to start the daemon, is ended", async () => {
  await using instance = new Instance(CONFIG);
  await instance.run(["start"]);
  const guard = guardOf(instance);
  const { pid } = stateOf(instance);
  signal(pid, "SIGKILL");
  await until("its death", () => !alive(pid) || undefined);
  await instance.run(["stop"]);
  await until("the end of the guard", () => !alive(guard) || undefined);
  assert.equal((await statusOf(instance)).state, "stopped");
});

Deno.test("a reload without keep_alive sends the guard home, one with it posts one", async () => {
  await using instance = new Instance(CONFIG);
  await instance.run(["start"]);
  const guard = guardOf(instance);
  instance.write(program("web", "exec sleep 600"));
  assert.equal((await instance.run(["reload"])).code, 0);
  await until("the end of the guard", () => !alive(guard) || undefined);
  instance.write(CONFIG);
  assert.equal((await instance.run(["reload"])).code, 0);
  assert.ok(alive(await until("a new guard", () => guardOf(instance))));
});

Deno.test("without keep_alive the daemon stays dead", async () => {
  await using instance = new Instance(program("web", "exec sleep 600"));
  await instance.run(["start"]);
  const state = await until(
    "state.json",
    () => fs.existsSync(join(instance.home, "state.json")) ? stateOf(instance) : undefined,
  );
  assert.equal(state.guard, undefined);
});
