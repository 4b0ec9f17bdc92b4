/** A daemon that does not answer, one that died, and programs that come and go: verbs find their way out of each. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { alive, BINARY, Instance, program, remains, signal, until } from "../support/instance.ts";

Deno.test("programs that end at once, started over and over and through reloads, never freeze the daemon", async () => {
  const brief = (suffix: string) =>
    [1, 2, 3, 4, 5, 6].map((n) => `\n[[program]]\nname = "t${n}${suffix}"\ncommand = ["true"]\nrestart = "never"\n`)
      .join("");
  await using instance = new Instance(brief(""));
  await instance.start();
  for (let round = 0; round < 3; round++) {
    for (const n of [1, 2, 3]) {
      const result = await instance.run(["programs", "start", `t${n}${round % 2 ? "x" : ""}`]);
      assert.equal(result.code, 0, result.stderr);
    }
    instance.write(brief(round % 2 ? "" : "x"));
    const reload = await instance.run(["reload"]);
    assert.equal(reload.code, 0, reload.stderr);
    assert.equal((await instance.get("/health")).status, 200);
  }
});

Deno.test("a daemon that is stopped in its tracks is named, and stop ends it and its programs by force", async () => {
  await using instance = new Instance(program("sleeper", "exec sleep 1000"));
  await instance.start();
  const pid = instance.pid();
  const child = await until("running", async () => (await instance.status()).programs[0].pid);
  signal(pid, "SIGSTOP");
  const status = await instance.run(["status"]);
  assert.equal(status.code, 4);
  assert.match(status.stdout, /not responding/);
  for (const verb of [["reload"], ["programs"], ["start"]]) {
    const result = await instance.run(verb);
    assert.equal(result.code, 69, `${verb}: ${result.code} ${result.stderr}`);
    assert.match(result.stderr, new RegExp(`PID ${pid}`));
  }
  const stop = await instance.run(["stop", "--timeout", "1s"]);
  assert.equal(stop.code, 0, stop.stderr);
  assert.match(stop.stdout, /forced.*sleeper/);
  assert.ok(!alive(pid) && !alive(child));
  assert.equal((await instance.run(["status"])).code, 3);
});

Deno.test("stop after a kill -9 of the daemon ends the programs that it left, and clears its files away", async () => {
  await using instance = new Instance(program("sleeper", "exec sleep 1000"));
  await instance.start();
  const pid = instance.pid();
  const child = await until("running", async () => (await instance.status()).programs[0].pid);
  signal(pid, "SIGKILL");
  await until("death", () => !remains(pid));
  const stop = await instance.run(["stop"]);
  assert.equal(stop.code, 0, stop.stderr);
  assert.match(stop.stdout, /sleeper/);
  assert.ok(!alive(child));
  assert.ok(!fs.existsSync(join(instance.home, "daemon.pid")));
  assert.equal((await instance.run(["status"])).code, 3);
});

Deno.test("stop says which programs had to be killed", async () => {
  const mule = program("mule", "trap '' TERM; echo up; while :; do sleep 0.1; done", 'stop_timeout = "500ms"');
  await using instance = new Instance(mule);
  await instance.start();
  await until("it is deaf", async () => (await instance.run(["logs", "mule"])).stdout.includes("up"));
  const stop = await instance.run(["stop"]);
  assert.equal(stop.code, 0, stop.stderr);
  assert.match(stop.stdout, /, forced, .*; had to be killed: mule/);
});

Deno.test({
  name: "another user's instance is 77, with the path",
  ignore: Deno.uid() !== 0,
  async fn() {
    await using instance = new Instance();
    const copy = join(fs.mkdtempSync("/tmp/appd-copy-"), "appd"); // nobody may not read the build's directory
    fs.chmodSync(join(copy, ".."), 0o755);
    fs.copyFileSync(BINARY, copy);
    const { code, stderr } = await new Deno.Command("su", {
      args: ["nobody", "-s", "/bin/sh", "-c", `HOME=/ '${copy}' status --home '${instance.home}'`],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    fs.rmSync(join(copy, ".."), { recursive: true });
    assert.equal(code, 77);
    assert.ok(new TextDecoder().decode(stderr).includes(instance.home));
  },
});

Deno.test("restart --keep-programs replaces a daemon that hangs, or died, under a program that goes on", async () => {
  await using instance = new Instance(program("sleeper", "exec sleep 1000"));
  await instance.start();
  const child = await until("running", async () => (await instance.status()).programs[0].pid);
  for (const fault of ["SIGSTOP", "SIGKILL"] as const) {
    const pid = instance.pid();
    signal(pid, fault);
    if (fault === "SIGKILL") await until("death", () => !remains(pid));
    const restart = await instance.run(["restart", "--keep-programs"]);
    assert.equal(restart.code, 0, restart.stderr);
    assert.match(restart.stdout, /sleeper/, "it says what runs on");
    assert.ok(!alive(pid));
    const [adopted] = (await instance.status()).programs;
    assert.deepEqual([adopted.pid, adopted.adopted, adopted.restarts], [child, true, 0]);
  }
});

Deno.test("restart --keep-programs with a bad configuration leaves daemon and program alone", async () => {
  await using instance = new Instance(program("sleeper", "exec sleep 1000"));
  await instance.start();
  const pid = instance.pid();
  const child = await until("running", async () => (await instance.status()).programs[0].pid);
  instance.write('[[program]]\nname = "sleeper"\ncommand = ["sleep", "1000"]\nenv_file = "none.env"\n');
  const restart = await instance.run(["restart", "--keep-programs"]);
  assert.equal(restart.code, 78, restart.stdout);
  assert.deepEqual([instance.pid(), (await instance.status()).programs[0].pid], [pid, child]);
});
