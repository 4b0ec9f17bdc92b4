/** Faults 1 to 10: starting. Short sizes here, the published ones with APPD_FAULTS=full. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { alive, BINARY, Instance, remains, signal, until } from "../support/instance.ts";
import { random, sized } from "./seed.ts";

Deno.test("fault 1: many starts at once make one daemon, and all say its PID", async () => {
  const [starts, rounds] = sized([30, 2], [200, 50]);
  for (let round = 0; round < rounds; round++) {
    await using instance = new Instance();
    if (round % 2 === 1) fs.writeFileSync(join(instance.home, "daemon.pid"), "4194303\n");
    const results = await Promise.all(
      Array.from({ length: starts }, () => instance.run(["start"], { timeoutMs: 120_000 })),
    );
    const pid = instance.pid();
    for (const result of results) {
      assert.equal(result.code, 0, result.stderr);
      assert.match(result.stdout, new RegExp(`\\b${pid}\\b`));
    }
    assert.deepEqual(instance.daemons(), [pid]);
  }
});

Deno.test("fault 2: a start killed at any moment leaves nothing to clean by hand", async () => {
  const { next } = random("fault 2");
  await using instance = new Instance();
  for (let round = 0; round < sized(12, 500); round++) {
    const start = instance.spawn(["start"]);
    await new Promise((resolve) => setTimeout(resolve, next(800))); // the moment is the fault
    signal(start.pid, "SIGKILL");
    await start.output();
    await until("the tree is dead", () => { // Also the daemon that was just being born.
      const left = instance.daemons();
      for (const pid of left) signal(pid, "SIGKILL");
      return left.length === 0;
    });
  }
  await instance.start();
  assert.equal((await instance.get("/health")).status, 200);
});

Deno.test("fault 3: a stranger in a stale PID file is never signalled", async () => {
  await using instance = new Instance();
  const stranger = new Deno.Command("sleep", { args: ["600"], stdin: "null", stdout: "null" }).spawn();
  try {
    for (const pid of [stranger.pid, Deno.pid]) {
      fs.writeFileSync(join(instance.home, "daemon.pid"), `${pid}\n`);
      assert.equal((await instance.run(["stop"])).code, 0);
      assert.ok(alive(stranger.pid));
    }
    fs.writeFileSync(join(instance.home, "daemon.pid"), `${stranger.pid}\n`);
    assert.equal((await instance.run(["status"])).code, 1);
    await instance.start();
    assert.notEqual(instance.pid(), stranger.pid);
    assert.ok(alive(stranger.pid));
  } finally {
    stranger.kill("SIGKILL");
    await stranger.status;
  }
});

Deno.test("fault 4: nonsense in the PID file is refused in one line and never becomes a kill", async () => {
  await using instance = new Instance();
  const path = join(instance.home, "daemon.pid");
  for (const text of ["", "0", "1", "-1", "1e3", "9223372036854775808", "1".repeat(1_000_000), "12\0", "12\n13\n"]) {
    fs.writeFileSync(path, text);
    const status = await instance.run(["status"]);
    assert.equal(status.code, 1, JSON.stringify(text.slice(0, 20)));
    const stop = await instance.run(["stop"]);
    assert.equal(stop.code, 0, stop.stderr);
  }
  fs.writeFileSync(path, "-1");
  await instance.start();
  assert.ok(instance.pid() > 1);
});

Deno.test("fault 5: without its PID file the daemon is still found, stopped, and the file restored", async () => {
  await using instance = new Instance();
  await instance.start();
  const pid = instance.pid();
  const path = join(instance.home, "daemon.pid");
  for (const damage of [() => fs.rmSync(path), () => fs.writeFileSync(path, "1\n"), () => fs.writeFileSync(path, "")]) {
    damage();
    assert.match((await instance.run(["start"])).stdout, new RegExp(`\\b${pid}\\b`));
    await until("the file is restored", () => instance.pid() === pid);
  }
  assert.deepEqual(instance.daemons(), [pid]);
  fs.rmSync(path);
  assert.equal((await instance.run(["stop"])).code, 0);
  assert.ok(!alive(pid));
});

Deno.test({
  name: "fault 6: a PID file of another user, or writable by others, is refused as root",
  ignore: Deno.uid() !== 0,
  async fn() {
    await using instance = new Instance();
    const path = join(instance.home, "daemon.pid");
    fs.writeFileSync(path, `${Deno.pid}\n`);
    fs.chmodSync(path, 0o666);
    assert.equal((await instance.run(["stop"])).code, 77);
    fs.chmodSync(path, 0o644);
    fs.chownSync(path, 65534, 65534);
    const result = await instance.run(["status"]);
    assert.equal(result.code, 77);
    assert.match(result.stderr, /hint: /);
    fs.rmSync(path);
  },
});

Deno.test("fault 7: a home that cannot be made is 73, with path and errno, and nothing half done", async () => {
  await using instance = new Instance();
  const file = join(instance.home, "file");
  fs.writeFileSync(file, "");
  const under = await instance.run(["start", "--home", join(file, "x")]);
  assert.equal(under.code, 73, under.stderr);
  assert.match(under.stderr, /file.*ENOTDIR|not a directory/);
  const readOnly = await instance.run(["start", "--home", "/proc/appd-home"]);
  assert.equal(readOnly.code, 73, readOnly.stderr);
  assert.deepEqual(fs.readdirSync(instance.home).sort(), ["config.toml", "file"]);
});

Deno.test("fault 8: start returns 0 only when /health answers", async () => {
  await using instance = new Instance();
  for (let round = 0; round < sized(8, 200); round++) {
    await instance.start();
    assert.equal((await instance.get("/health")).status, 200, `round ${round}`);
    assert.equal((await instance.run(["stop"])).code, 0);
  }
});

Deno.test("fault 8: a daemon that fails after the fork is reported in its own words", async () => {
  await using instance = new Instance('[log]\nfile = "/proc/no/such/daemon.log"\n');
  instance.write(`[log]\nfile = "/proc/no/such/daemon.log"\n`);
  const result = await instance.run(["start"]);
  assert.notEqual(result.code, 0);
  assert.match(result.stderr, /\/proc\/no\/such/);
  await until("nothing is left", () => instance.daemons().length === 0);
});

Deno.test("fault 9: a taken port is 69 and names the address; a stale socket is replaced", async () => {
  await using instance = new Instance();
  {
    using _holder = Deno.listen({ hostname: "127.0.0.1", port: instance.port });
    const result = await instance.run(["start"]);
    assert.equal(result.code, 69, result.stderr);
    assert.match(result.stderr, new RegExp(`127\\.0\\.0\\.1:${instance.port}`));
    assert.match(result.stderr, /hint: /);
    assert.equal((await instance.run(["status"])).code, 3);
  }
  await instance.start();
  const pid = instance.pid();
  signal(pid, "SIGKILL");
  await until("death", () => !remains(pid));
  assert.ok(fs.existsSync(join(instance.home, "control.sock")), "the socket is left behind");
  await instance.start();
  assert.equal((await instance.status()).state, "ready");
});

Deno.test("fault 10: start returns through a pipe, with closed descriptors, and from cron's environment", async () => {
  const ways = [`'${BINARY}' start | cat`, `'${BINARY}' start <&- >&- 2>&-`, `cd / && '${BINARY}' start`];
  for (const way of ways) {
    await using instance = new Instance();
    const env = {
      HOME: instance.home,
      APPD_HOME: instance.home,
      PATH: "/usr/bin:/bin",
      SHELL: "/bin/sh",
      LOGNAME: "root",
    };
    const shell = new Deno.Command("setsid", {
      args: ["sh", "-c", way],
      clearEnv: true,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    const timeout = setTimeout(() => assert.fail(`${way} did not return`), 60_000);
    const { code } = await shell.output();
    clearTimeout(timeout);
    assert.equal(code, 0, way);
    const pid = instance.pid();
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    assert.equal(Number(stat[3]), pid, "session leader");
    assert.equal(Number(stat[4]), 0, "no terminal");
    assert.equal(fs.readlinkSync(`/proc/${pid}/cwd`), "/");
  }
});
