import assert from "node:assert/strict";
import { existsSync, lstatSync } from "node:fs";
import { openProbes } from "./probes.ts";
import type { ProbeSpec } from "../base/probe_spec.ts";
import type { ProbeDeps } from "./probe.ts";
import { Ear, probeSpec, realDeps } from "./testing.ts";
import { until } from "../system/until.ts";

interface Yard extends Disposable {
  readonly directory: string;
  readonly path: string;
  readonly ear: Ear;
  open(
    more?: { ready?: ProbeSpec; live?: ProbeSpec; user?: string },
    deps?: Partial<ProbeDeps>,
  ): ReturnType<typeof openProbes>;
  send(text: string | Uint8Array, path?: string): Promise<void>;
}

const NOTIFY = { kind: "notify" } as const;
const READY = { ready: probeSpec(NOTIFY) };

/** A program's directory of its own, and a socket to send from. */
function yard(): Yard {
  const directory = Deno.makeTempDirSync({ dir: "/tmp" });
  const path = `${directory}/notify.sock`;
  const ear = new Ear();
  const sender = Deno.listenDatagram({ transport: "unixpacket", path: `${directory}/sender` });
  return {
    directory,
    path,
    ear,
    open: (more = READY, deps = {}) => openProbes(realDeps(deps), { spec: { name: "web", ...more }, directory }, ear),
    async send(text, to = path) {
      const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
      await sender.send(bytes, { transport: "unixpacket", path: to });
    },
    [Symbol.dispose]() {
      sender.close();
      Deno.removeSync(directory, { recursive: true });
    },
  };
}

function hasTool(name: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((directory) => existsSync(`${directory}/${name}`));
}

Deno.test({
  name: "the real systemd-notify reports readiness and status, and returns at once",
  ignore: !hasTool("systemd-notify"),
  async fn() {
    using y = yard();
    using probes = y.open();
    probes.begin({ generation: 3 });
    const began = performance.now();
    const args = ["--ready", "--status=serving 12 clients"];
    const { success } = await new Deno.Command("systemd-notify", { args, env: { ...probes.env } }).output();
    assert.ok(success && performance.now() - began < 4000, "it waits up to 5 s for its barrier");
    await until("readiness", () => y.ear.ready.length > 0);
    assert.deepEqual(y.ear.ready, [{ generation: 3, ok: true, why: "it sent READY=1" }]);
    assert.deepEqual(y.ear.notes, ["serving 12 clients"]);
  },
});

const FAILURES = 3;

Deno.test("what the program is told, and that its socket is private and goes away", () => {
  using y = yard();
  using probes = y.open({ ...READY, live: probeSpec(NOTIFY, { period: 2500, failureThreshold: FAILURES }) });
  assert.deepEqual(probes.env, { NOTIFY_SOCKET: y.path, WATCHDOG_USEC: String(2_500_000 * FAILURES) });
  assert.equal(lstatSync(y.path).mode & 0o777, 0o600);
  probes[Symbol.dispose]();
  assert.ok(!existsSync(y.path));
});

Deno.test("READY=1, STOPPING=1, and a reload that leaves it ready", async () => {
  using y = yard();
  using probes = y.open();
  probes.begin({ generation: 1 });
  for (const text of ["STATUS=loading", "READY=1", "RELOADING=1", "READY=1", "STOPPING=1\nERRNO=5"]) await y.send(text);
  await until("the last note", () => y.ear.notes.includes("(errno 5)"));
  assert.deepEqual(y.ear.ready.map(({ ok, why }) => [ok, why]), [
    [true, "it sent READY=1"],
    [false, "it says that it is stopping"],
  ]);
  assert.deepEqual(y.ear.notes, ["loading", "(errno 5)"]);
});

Deno.test("of READY=1 and STATUS in one message the status is heard last", async () => {
  using y = yard();
  using probes = y.open();
  const order: string[] = [];
  y.ear.onReady = () => order.push("ready");
  y.ear.onNote = () => order.push("note");
  probes.begin({ generation: 1 });
  await y.send("STATUS=serving\nREADY=1");
  await until("both", () => order.length === 2);
  assert.deepEqual(order, ["ready", "note"]);
});

Deno.test("EXTEND_TIMEOUT_USEC is passed on, a repeated status is told once", async () => {
  using y = yard();
  using probes = y.open();
  probes.begin({ generation: 4 });
  for (const text of ["EXTEND_TIMEOUT_USEC=30000000\nSTATUS=a", "STATUS=a", "STATUS=", "STATUS=b"]) await y.send(text);
  await until("the last note", () => y.ear.notes.includes("b"));
  assert.deepEqual([y.ear.extensions, y.ear.notes], [[{ generation: 4, ms: 30_000 }], ["a", "", "b"]]);
});

Deno.test({
  name: "a message that an earlier life left in the socket is not the next one's",
  ignore: !hasTool("systemd-notify"),
  async fn() {
    using y = yard();
    using probes = y.open();
    probes.begin({ generation: 1 });
    // The whole of this happens within one turn: the kernel has the message, and nothing was read.
    const args = ["-s", "KILL", "0.3", "systemd-notify", "--ready", "--status=late"];
    new Deno.Command("timeout", { args, env: { ...probes.env }, stderr: "null" }).outputSync();
    probes.end();
    probes.begin({ generation: 2 });
    await y.send("STATUS=second");
    await until("the second life's note", () => y.ear.notes.length > 0);
    assert.deepEqual([y.ear.ready, y.ear.notes], [[], ["second"]]);
  },
});

Deno.test("between two lives nothing is told, and nobody is made to wait", async () => {
  using y = yard();
  using probes = y.open();
  probes.begin({ generation: 1 });
  probes.end();
  for (let i = 0; i < 40; i++) await y.send(`STATUS=${i}\nREADY=1`);
  assert.equal(probes.env.NOTIFY_SOCKET, y.path); // What the next life is started with.
  probes.begin({ generation: 2 });
  await y.send("STATUS=mine");
  await until("the note", () => y.ear.notes.includes("mine"));
  assert.deepEqual([y.ear.ready, y.ear.notes], [[], ["mine"]]);
});

Deno.test("the watchdog: good with each sign, bad after so many silent periods", async () => {
  using y = yard();
  using probes = y.open({ live: probeSpec(NOTIFY, { period: 60, failureThreshold: 2 }) });
  probes.begin({ generation: 1 });
  probes.watch();
  probes.watch();
  await y.send("WATCHDOG=1");
  await until("good", () => y.ear.live.length === 1);
  await until("bad", () => y.ear.live.length === 2);
  await y.send("WATCHDOG=trigger");
  await until("worse", () => y.ear.live.length === 3);
  assert.deepEqual(y.ear.live.map(({ ok, why }) => [ok, why]), [
    [true, "it sends WATCHDOG=1"],
    [false, "no WATCHDOG=1 within 120ms"],
    [false, "it sent WATCHDOG=trigger"],
  ]);
});

Deno.test("the next daemon binds the same path over the socket that a killed one left", async () => {
  using y = yard();
  using left = y.open(); // As after kill -9: never disposed of while the next one runs.
  using next = y.open();
  assert.deepEqual(next.env, left.env);
  next.begin({ generation: 9 });
  await y.send("READY=1");
  await until("readiness", () => y.ear.ready.length > 0);
  assert.equal(y.ear.ready[0]?.generation, 9);
  left[Symbol.dispose]();
  await y.send("STATUS=still heard");
  await until("the note", () => y.ear.notes.length > 0);
});

Deno.test("a flood of garbage is read at a pace, and does not hide what is true", async () => {
  using y = yard();
  using probes = y.open();
  probes.begin({ generation: 1 });
  const garbage = (n: number) => Uint8Array.from({ length: (n * 37) % 6000 }, (_, at) => (at * n * 40503) >>> 7);
  const began = performance.now();
  let sent = 0;
  const flood = (async () => {
    for (; sent < 150; sent++) await y.send(garbage(sent)); // Waits as soon as the socket's queue is full.
  })();
  await flood;
  assert.ok(performance.now() - began > 200, "150 messages take more than two bursts' time");
  await y.send("READY=1");
  await until("readiness", () => y.ear.ready.length === 1);
  assert.deepEqual(y.ear.notes, []);
});

Deno.test("a socket that cannot be bound is a reason, tried again in the next life", async () => {
  using y = yard();
  Deno.writeTextFileSync(y.path, "in the way");
  using probes = y.open({ ...READY, live: probeSpec(NOTIFY) });
  probes.begin({ generation: 1 });
  probes.watch();
  const [verdict] = y.ear.ready;
  assert.match(verdict?.why ?? "", /^cannot receive notifications at ".*notify\.sock": .*address already in use/i);
  assert.deepEqual([verdict?.ok, y.ear.notes, y.ear.live], [false, [verdict?.why], []]);
  Deno.removeSync(y.path);
  probes.begin({ generation: 2 });
  await y.send("READY=1");
  await until("readiness", () => y.ear.ready.at(-1)?.ok === true);
});

Deno.test("a user that does not exist is a reason, too", () => {
  using y = yard();
  const accountOf = () => {
    throw new Error('no such user "nobodyhere"');
  };
  using probes = y.open({ ...READY, user: "nobodyhere" }, { accountOf });
  assert.deepEqual(probes.env, {});
  probes.begin({ generation: 1 });
  probes.watch();
  assert.deepEqual(y.ear.ready.map(({ ok, why }) => [ok, why]), [[false, 'no such user "nobodyhere"']]);
});

Deno.test({
  name: "a program of another user reaches its socket, and nobody else does",
  ignore: Deno.uid() !== 0 || !hasTool("setpriv") || !hasTool("systemd-notify"),
  async fn() {
    using y = yard();
    const runtime = `${y.directory}/run`;
    Deno.mkdirSync(runtime);
    Deno.chmodSync(y.directory, 0o711);
    Deno.chmodSync(runtime, 0o755);
    const accountOf = () => ({ uid: 65534, gid: 65534 });
    using probes = y.open({ ...READY, user: "nobody" }, { accountOf, runtimeDirectories: [runtime] });
    probes.begin({ generation: 1 });
    const as = (id: number) =>
      new Deno.Command("setpriv", {
        args: [`--reuid=${id}`, `--regid=${id}`, "--clear-groups", "systemd-notify", "--ready"],
        env: { ...probes.env },
        stderr: "null",
      }).output();
    assert.equal((await as(65533)).success, false);
    assert.deepEqual(y.ear.ready, []);
    assert.equal((await as(65534)).success, true);
    await until("readiness", () => y.ear.ready.length === 1);
    probes[Symbol.dispose]();
    assert.deepEqual([...Deno.readDirSync(runtime)], []);
  },
});
