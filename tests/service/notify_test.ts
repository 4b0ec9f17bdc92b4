/** What a service manager hears of the compiled binary, sd_notify(3), and what becomes of its variables. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { monotonicMicroseconds } from "../../src/system/monotonic.ts";
import { PLAIN_GIT } from "../support/git.ts";
import { alive, Instance, program, signal, until } from "../support/instance.ts";
import { canListen, NotifyListener } from "../support/notify_listener.ts";

const ignore = !canListen();

/** The daemon in the foreground, as a service manager starts it. */
async function run(instance: Instance, env: Record<string, string>): Promise<Deno.ChildProcess> {
  const child = instance.spawn(["run"], { env: instance.env(env) });
  await until("the daemon", async () => (await instance.get("/livez")).status === 200);
  return child;
}

/** Ends it and reads what it had said on stderr. */
async function finish(child: Deno.ChildProcess): Promise<{ code: number; stderr: string }> {
  signal(child.pid, "SIGTERM");
  const { code, stderr } = await child.output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

/** Nothing that can be seen tells that something does not happen. */
async function waited(ms: number): Promise<void> {
  const from = performance.now();
  await until(`${ms} ms`, () => performance.now() - from > ms);
}

for (const kind of ["path", "abstract"] as const) {
  Deno.test({
    name: `sd_notify, ${kind} socket: a life in order, from our own PID, with the kernel's time`,
    ignore,
    async fn() {
      await using instance = new Instance(program("web", "exec sleep 1000"));
      await using listener = await NotifyListener.open(kind, instance.home);
      const child = await run(instance, { NOTIFY_SOCKET: listener.address });
      await until("a ready program in the status", () => listener.status === "ready: 1 program");
      const before = monotonicMicroseconds();
      signal(child.pid, "SIGHUP");
      await until("a reload", () => listener.happenings.length === 3);
      fs.writeFileSync(join(instance.home, "config.toml"), "nonsense = [\n");
      signal(child.pid, "SIGHUP");
      await until("a bad reload", () => listener.happenings.length === 5);
      await until("its status", () => /^ready: 1 program; last reload failed: .*config\.toml/.test(listener.status));
      assert.equal((await finish(child)).code, 0);
      await until("the end", () => listener.happenings.length === 6);
      const life = ["READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "READY=1", "STOPPING=1"];
      assert.deepEqual(listener.happenings, life);
      const reloading = listener.heard.find(({ lines }) => lines[0] === "RELOADING=1");
      const time = BigInt(reloading?.lines[1]?.replace("MONOTONIC_USEC=", "") ?? 0);
      assert.ok(reloading && time >= before && time <= reloading.at, `${before} ${time} ${reloading?.at}`);
      if (kind === "path" || Deno.uid() === 0) {
        assert.deepEqual(new Set(listener.heard.map(({ pid }) => pid)), new Set([child.pid]));
      }
    },
  });
}

Deno.test({
  name: "the watchdog hears us at half of its time while we run, and nothing while we stand still",
  ignore,
  async fn() {
    await using instance = new Instance();
    await using listener = await NotifyListener.open("path", instance.home);
    const child = await run(instance, { NOTIFY_SOCKET: listener.address, WATCHDOG_USEC: "400000" });
    const beats = () => listener.count("WATCHDOG=1");
    await until("beats", () => beats() >= 5);
    signal(child.pid, "SIGSTOP");
    await until("it stands still", () => fs.readFileSync(`/proc/${child.pid}/stat`, "utf8").includes(") T "));
    await waited(800); // What was on its way arrives.
    const still = beats();
    await waited(1600);
    assert.equal(beats(), still, "not one in four times its time");
    signal(child.pid, "SIGCONT");
    await until("beats again", () => beats() >= still + 5);
    await until("four in a row within its time, where the machine lets it", () => {
      const all = listener.heard.filter(({ lines }) => lines[0] === "WATCHDOG=1");
      const times = all.slice(-4).map(({ at }) => Number(at));
      return times.slice(1).every((at, i) => at - (times[i] ?? 0) < 400_000);
    });
    await finish(child);
  },
});

Deno.test({
  name: "a watchdog that waits for another process is not ours",
  ignore,
  async fn() {
    await using instance = new Instance(program("web", "exec sleep 1000"));
    await using listener = await NotifyListener.open("path", instance.home);
    const env = { NOTIFY_SOCKET: listener.address, WATCHDOG_USEC: "200000", WATCHDOG_PID: String(Deno.pid) };
    const child = await run(instance, env);
    await until("the status", () => listener.status === "ready: 1 program");
    assert.equal((await finish(child)).code, 0);
    assert.equal(listener.count("WATCHDOG=1"), 0);
  },
});

const GIVEN = {
  WATCHDOG_USEC: "30000000",
  WATCHDOG_PID: "1",
  INVOCATION_ID: "8f3c1d",
  JOURNAL_STREAM: "8:1",
  SYSTEMD_EXEC_PID: "1",
  LISTEN_FDS: "1",
  LISTEN_PID: "1",
  LISTEN_FDNAMES: "x",
  NOTIFY_SOCKET: "",
};

Deno.test({
  name: "nothing that the daemon starts inherits what the service manager gave to it",
  ignore,
  async fn() {
    await using instance = new Instance();
    const dump = (name: string) =>
      `/usr/bin/env > ${instance.home}/${name}.new; mv ${instance.home}/${name}.new ${instance.home}/${name}.env`;
    const sh = (name: string, rest = "") => JSON.stringify(["/bin/sh", "-c", dump(name) + rest]);
    const repository = join(instance.home, "repository");
    instance.write(`
[[program]]
name = "web"
command = ${sh("program", "; exec sleep 1000")}
ready = { exec = ${sh("probe")}, period = "200ms" }
[[program]]
name = "bad"
command = ["/bin/sh", "-c", "exit 78"]
restart = "on-failure"
[[job]]
name = "once"
command = ${sh("job")}
on = ["start"]
[[notify]]
name = "pager"
command = ${sh("notified")}
on = ["failed"]
[[repository]]
name = "code"
path = ${JSON.stringify(repository)}
job = "once"
`);
    git(repository);
    await using listener = await NotifyListener.open("path", instance.home);
    const child = await run(instance, { ...GIVEN, NOTIFY_SOCKET: listener.address });
    const files = ["program", "probe", "job", "notified"];
    for (const name of files) await until(`the ${name}`, () => fs.existsSync(join(instance.home, `${name}.env`)));
    const names = Object.keys(GIVEN);
    for (const name of files) {
      const lines = fs.readFileSync(join(instance.home, `${name}.env`), "utf8").split("\n");
      assert.deepEqual(lines.filter((line) => names.includes(line.split("=")[0] ?? "")), [], name);
    }
    // Between fork(2) and execve(2) a child still shows our own.
    const isClean = (pid: number) => !environmentOf(pid).some((line) => names.includes(line.split("=")[0] ?? ""));
    await until("no process below the daemon has them", () => descendants(child.pid).every(isClean));
    await finish(child);
  },
});

/** Empty for a process that has gone meanwhile. */
function environmentOf(pid: number): string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as { code?: string }).code ?? "")) return [];
    throw error;
  }
}

function git(path: string): void {
  const args = ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "one"];
  for (const words of [["init", "-q", path], ["-C", path, ...args]]) {
    assert.ok(new Deno.Command("git", { args: words, env: PLAIN_GIT }).outputSync().success);
  }
}

function descendants(of: number): number[] {
  const parents = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).flatMap((pid) => {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
      return [{ pid, parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) }];
    } catch {
      return []; // gone
    }
  });
  const below = (pid: number): number[] =>
    parents.filter(({ parent }) => parent === pid).flatMap((one) => [one.pid, ...below(one.pid)]);
  return below(of);
}

Deno.test({
  name: "a receiver that has gone, and one that does not read, cost one line in the log each",
  ignore,
  async fn() {
    for (const trouble of ["gone", "silent"] as const) {
      const log = `[log]\noutputs = ["stderr", "file"]\n`;
      await using instance = new Instance(log + program("web", "exec sleep 1000"));
      await using listener = await NotifyListener.open("path", instance.home);
      if (trouble === "gone") fs.unlinkSync(listener.address);
      else listener.signal("SIGSTOP");
      // So many beats fill a receiver's buffer at once.
      const child = await run(instance, { NOTIFY_SOCKET: listener.address, WATCHDOG_USEC: "4000" });
      await until("its program", async () => (await instance.status()).programs[0].state === "running");
      const complaint = "cannot tell the service manager";
      const file = join(instance.home, "daemon.log");
      await until("its complaint", () => fs.readFileSync(file, "utf8").includes(complaint), 60_000);
      await waited(6000); // It had time for another one.
      assert.ok(alive(child.pid));
      const ending = performance.now();
      const { code, stderr } = await finish(child);
      assert.ok(performance.now() - ending < 15_000, "the end does not wait for a receiver");
      const said = stderr.split("\n").filter((line) => line.includes(complaint));
      assert.deepEqual([code, said.length], [0, 1], stderr);
      listener.signal("SIGCONT");
    }
  },
});

Deno.test({
  name: "STOPPING is said at once, names the job that is waited for, and asks for no more time than the shutdown has",
  ignore,
  async fn() {
    const script = "trap '' TERM; touch running; while [ ! -e go ]; do sleep 0.05; done";
    const config = `[daemon]\nshutdown_timeout = "8s"\n[[job]]\nname = "slow"\non = ["start"]\ncwd = "."\n`;
    await using instance = new Instance(`${config}command = ["/bin/sh", "-c", ${JSON.stringify(script)}]\n`);
    await using listener = await NotifyListener.open("path", instance.home);
    const child = await run(instance, { NOTIFY_SOCKET: listener.address });
    await until("the job", () => fs.existsSync(join(instance.home, "running")));
    const before = monotonicMicroseconds();
    signal(child.pid, "SIGTERM");
    const stopping = await until("STOPPING", () => listener.heard.find(({ lines }) => lines[0] === "STOPPING=1"));
    assert.ok(stopping.at - before < 5_000_000n, `${stopping.at - before} µs`); // The job has until 8 s.
    await until("whom it waits for", () => listener.status === "stopping: waiting for slow");
    const extension = stopping.lines.find((line) => line.startsWith("EXTEND_TIMEOUT_USEC="))?.split("=")[1];
    assert.ok(Number(extension) > 8_000_000 && Number(extension) <= 13_000_000, extension);
    fs.writeFileSync(join(instance.home, "go"), "");
    assert.equal((await child.output()).code, 0);
  },
});

Deno.test({
  name: "a daemon that detached is not the service manager's process, and tells it nothing",
  ignore,
  async fn() {
    await using instance = new Instance();
    await using listener = await NotifyListener.open("path", instance.home);
    const env = { NOTIFY_SOCKET: listener.address, SYSTEMD_EXEC_PID: "1", INVOCATION_ID: "8f3c1d" };
    const { code } = await instance.run(["start"], { env: instance.env(env) });
    assert.equal(code, 0);
    const environment = fs.readFileSync(`/proc/${instance.pid()}/environ`, "utf8").split("\0");
    assert.deepEqual(environment.filter((line) => (line.split("=")[0] ?? "") in env), []);
    await instance.run(["stop"]);
    assert.deepEqual(listener.heard, []);
  },
});
