import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import type { InstanceState } from "../../src/instance/state_file.ts";
import { alive, Instance, program, remains, signal, until } from "../support/instance.ts";
import { sized } from "./seed.ts";

const CONFIG = `[daemon]\nkeep_alive = true\n${program("web", "exec sleep 600")}`;

function stateOf(instance: Instance): InstanceState {
  return JSON.parse(fs.readFileSync(join(instance.home, "state.json"), "utf8")) as InstanceState;
}

/** Guards of the instance, by their command line. */
function guardsOf(instance: Instance): number[] {
  return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`\0appd-guard\0${instance.home}\0`);
    } catch {
      return false; // gone
    }
  });
}

/**
 * The one guard that there is, but for the one that is given. It may take a moment until there is one only: a former one,
 * which has begun the daemon, goes when its start has returned, and while the shell of a guard begins another program there
 * are two of it.
 */
async function guardOf(instance: Instance, former?: number): Promise<number> {
  return await until("one guard", () => {
    const [guard, ...others] = guardsOf(instance);
    return others.length === 0 && guard !== former ? guard : undefined;
  });
}

/** What the PID file says, if there is one. */
function pidIn(instance: Instance): number | undefined {
  const path = join(instance.home, "daemon.pid");
  return fs.existsSync(path) ? Number(fs.readFileSync(path, "utf8")) : undefined;
}

async function statusOf(instance: Instance) {
  return JSON.parse((await instance.run(["status", "--json"])).stdout);
}

/** The daemon that runs after the one with this PID, and is ready. */
async function successor(instance: Instance, pid: number) {
  return await until(`a successor of ${pid}`, async () => {
    const status = await statusOf(instance);
    return status.state === "ready" && status.pid !== pid ? status : undefined;
  }, 90_000); // A guard waits for a minute at the most.
}

Deno.test("a daemon with keep_alive comes back after a kill -9, adopts its programs and says how it died", async () => {
  await using instance = new Instance(CONFIG);
  assert.equal((await instance.run(["start"])).code, 0);
  const startedIn = stateOf(instance).started_in;
  assert.equal(startedIn, Deno.cwd());
  const before = await until("web", async () => {
    const status = await statusOf(instance);
    return status.programs[0].pid === null ? undefined : status;
  });
  signal(before.pid, "SIGKILL");
  const after = await successor(instance, before.pid);
  assert.equal(after.programs[0].pid, before.programs[0].pid);
  assert.deepEqual([after.last_end.how, after.last_end.pid], ["killed", before.pid]);
  const state = await until("the state of the successor", () => {
    const written = stateOf(instance);
    return written.pid === after.pid ? written : undefined;
  });
  assert.equal(state.deaths?.length, 1);
  assert.equal(state.started_in, startedIn);
});

Deno.test("the guard costs less than 3 MB", async () => {
  await using instance = new Instance(CONFIG);
  await instance.run(["start"]);
  const rss = /^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${await guardOf(instance)}/status`, "utf8"))?.[1];
  assert.ok(Number(rss) < 3000, `${rss} kB`);
});

Deno.test("an orderly stop sends the guard home", async () => {
  await using instance = new Instance(CONFIG);
  await instance.run(["start"]);
  const guard = await guardOf(instance);
  assert.equal((await instance.run(["stop"])).code, 0);
  await until("the end of the guard", () => !remains(guard) || undefined);
  assert.equal((await statusOf(instance)).state, "stopped");
  assert.equal((await instance.run(["start"])).code, 0);
  assert.equal((await statusOf(instance)).last_end.how, "clean");
});

Deno.test("a stop after a death stays a stop: the guard, which waits to start the daemon, is ended", async () => {
  await using instance = new Instance(CONFIG);
  await instance.run(["start"]);
  const guard = await guardOf(instance);
  const pid = instance.pid();
  signal(pid, "SIGKILL");
  await until("its death", () => !remains(pid) || undefined);
  await instance.run(["stop"]);
  await until("the end of the guard", () => !remains(guard) || undefined);
  assert.equal((await statusOf(instance)).state, "stopped");
});

Deno.test("a reload without keep_alive sends the guard home, one with it posts one", async () => {
  await using instance = new Instance(CONFIG);
  await instance.run(["start"]);
  const guard = await guardOf(instance);
  instance.write(program("web", "exec sleep 600"));
  assert.equal((await instance.run(["reload"])).code, 0);
  await until("the end of the guard", () => !remains(guard) || undefined);
  instance.write(CONFIG);
  assert.equal((await instance.run(["reload"])).code, 0);
  assert.ok(alive(await guardOf(instance, guard)));
});

Deno.test("while a guard waits, status and why tell when it starts the daemon; a start that fails is told, and tried again", async () => {
  await using instance = new Instance(CONFIG);
  await instance.run(["start"]);
  const early = instance.pid();
  signal(early, "SIGKILL");
  await successor(instance, early);
  const first = await guardOf(instance);
  const pid = instance.pid();
  signal(pid, "SIGKILL"); // The second of a row: there are two seconds to see the guard wait.
  const waiting = await until("a guard that waits", async () => {
    const status = await statusOf(instance);
    return status.guard?.next_at ? status : undefined;
  });
  assert.equal(waiting.guard.pid, first);
  assert.ok(Date.parse(waiting.guard.next_at) - Date.now() < 3000, waiting.guard.next_at);
  await successor(instance, pid);
  assert.equal((await statusOf(instance)).guard, undefined);

  const second = instance.pid();
  const guard = await guardOf(instance);
  signal(second, "SIGKILL"); // The third of a row: there are four seconds to take its port.
  const stranger = await until("its port", () => Deno.listen({ hostname: "127.0.0.1", port: instance.port }));
  const failed = await until("a start that failed", async () => {
    const status = await statusOf(instance);
    return status.guard?.failed && status.guard.next_at ? status.guard : undefined;
  });
  assert.equal(failed.pid, guard);
  const taken = `cannot listen on "127.0.0.1:${instance.port}": the address is taken`;
  assert.ok(failed.failed.error.startsWith(taken), failed.failed.error);
  const says = (words: readonly string[], what: RegExp) =>
    // While it tries it does not wait.
    until(`${words} of a guard that waits`, async () => {
      const { stdout } = await instance.run(words);
      return what.test(stdout) ? stdout : undefined;
    });
  const why = await says(["why"], /; a guard starts it again in \d+s, at .*; its last attempt failed at /);
  assert.ok(why.includes(taken), why);
  await says(["status"], /^Guard: +a guard starts it again in /m);
  assert.ok(fs.readFileSync(join(instance.home, "daemon.err"), "utf8").includes(taken));
  stranger.close();
  await successor(instance, second);
});

Deno.test("a guard that gives up says why", async () => {
  await using instance = new Instance(CONFIG);
  await instance.run(["start"]);
  const pid = instance.pid();
  const guard = await guardOf(instance);
  instance.write("[daemon]\nx = 1\n");
  signal(pid, "SIGKILL");
  await until("the end of the guard", () => !remains(guard) || undefined);
  const why = (await instance.run(["why"])).stdout;
  assert.match(why, /; the guard has given up; its last attempt failed at .*daemon\.x is not a known setting/);
});

Deno.test("an orderly stop forgets earlier deaths, also that of a daemon which is dead", async () => {
  await using instance = new Instance(CONFIG);
  const delay = async () => fs.readFileSync(`/proc/${await guardOf(instance)}/cmdline`, "utf8").split("\0")[5];
  const diesAndComesBack = async () => {
    const pid = instance.pid();
    signal(pid, "SIGKILL");
    await successor(instance, pid);
  };
  await instance.start();
  assert.equal(await delay(), "1");
  await diesAndComesBack();
  assert.equal(await delay(), "2");
  await instance.run(["stop"]);
  await instance.start();
  assert.deepEqual([await delay(), stateOf(instance).deaths], ["1", undefined]);
  await diesAndComesBack();
  await diesAndComesBack();
  assert.equal(await delay(), "4");
  const pid = instance.pid();
  signal(pid, "SIGKILL");
  await until("its death", () => !remains(pid) || undefined);
  await instance.run(["stop"]);
  await instance.start();
  assert.deepEqual([await delay(), stateOf(instance).deaths?.length], ["2", 1]);
});

Deno.test("without keep_alive the daemon stays dead", async () => {
  await using instance = new Instance(program("web", "exec sleep 600"));
  await instance.run(["start"]);
  const state = await until(
    "state.json",
    () => fs.existsSync(join(instance.home, "state.json")) ? stateOf(instance) : undefined,
  );
  assert.ok(state.pid > 1);
  assert.deepEqual(guardsOf(instance), []);
});

Deno.test("a guard that is killed is missed: another one takes its place, and does its work", async () => {
  await using instance = new Instance(CONFIG);
  await instance.start();
  const pid = instance.pid();
  const guard = await guardOf(instance);
  signal(guard, "SIGKILL");
  assert.ok(alive(await guardOf(instance, guard)));
  signal(pid, "SIGKILL");
  await successor(instance, pid);
});

Deno.test("a daemon that is killed at any moment of its start leaves no guard that a stop does not end", async () => {
  await using instance = new Instance(CONFIG);
  for (const delay of sized([10, 20, 30, 40], Array.from({ length: 100 }, (_, i) => i + 1))) {
    const starting = instance.run(["start"]);
    const pid = await until("a daemon", () => instance.daemons().find((one) => one === pidIn(instance)));
    await new Promise((resolve) => setTimeout(resolve, delay)); // The moment of the blow, not a wait for anything.
    signal(pid, "SIGKILL");
    await starting;
    await instance.run(["stop"]);
    await until(`no guard, after ${delay} ms`, () => guardsOf(instance).length === 0); // A kill takes a moment.
    await until(`no daemon, after ${delay} ms`, () => instance.daemons().length === 0);
  }
});
