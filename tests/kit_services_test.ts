/** Services of an app, on its compiled binary: tests/fixtures/quince. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import type { ProgramStatus } from "../src/base/program_reports.ts";
import { compiled } from "./support/compiled.ts";
import { Instance, program, remains, signal, until } from "./support/instance.ts";

await compiled("tests/fixtures/quince/quince.ts");

class Quince extends Instance {
  constructor(config = "") {
    super(config, "quince");
  }

  writeZone(zone: string): void {
    this.write(`timezone = "${zone}"\n[server]\nport = ${this.port}\n`);
  }

  async ok(...words: string[]): Promise<void> {
    const { code, stderr } = await this.run(words);
    assert.equal(code, 0, stderr);
  }

  put(file: string): void {
    fs.writeFileSync(join(this.home, file), "");
  }

  remove(file: string): void {
    fs.rmSync(join(this.home, file));
  }

  trace(): string[] {
    return fs.readFileSync(join(this.home, "trace"), "utf8").trim().split("\n");
  }

  async one(name: string): Promise<ProgramStatus> {
    const { programs } = await this.status();
    return programs.find((one: ProgramStatus) => one.name === name) ?? assert.fail(`${name} is not listed`);
  }

  /** Waits until it is in this state. */
  async see(name: string, state: ProgramStatus["state"]): Promise<ProgramStatus> {
    return await until(`${name} ${state}`, async () => {
      const status = await this.one(name);
      return status.state === state ? status : undefined;
    });
  }
}

Deno.test("services stand among the programs, without a process", async () => {
  await using quince = new Quince(program("web", "exec sleep 1000"));
  quince.put("go");
  await quince.start();
  const steady = await quince.see("steady", "running");
  assert.deepEqual([steady.kind, steady.pid, steady.ready, steady.critical, steady.note], [
    ...["service", null, true, true, "serves"],
  ]);
  await quince.see("slow", "running");
  const web = await quince.see("web", "running");
  assert.deepEqual([web.kind, typeof web.pid], ["program", "number"]);
  const { stdout } = await quince.run(["status"]);
  assert.match(stdout, /^ *steady +running +yes +- +\S+ +0 +- +- +serves$/m);
  const metrics = await quince.get("/metrics");
  assert.match(metrics.body, /^appd_program_ready\{program="steady"\} 1$/m);
  assert.doesNotMatch(metrics.body, /resident_memory_bytes\{program="steady"/);
});

Deno.test("commands reach services, and what needs a process is refused", async () => {
  await using quince = new Quince();
  await quince.start();
  await quince.see("steady", "running");
  const says = async (...words: string[]) => {
    const { code, stdout, stderr } = await quince.run(words);
    return [code, `${stdout}${stderr}`.trim().split("\n").at(0)?.replace(/^\w+: /, "")];
  };
  assert.deepEqual(await says("programs", "stop", "steady"), [0, "stopped steady"]);
  assert.equal((await quince.one("steady")).state, "stopped");
  assert.deepEqual(await says("programs", "start", "steady"), [0, "started steady"]);
  assert.deepEqual(await says("programs", "start", "steady"), [0, "steady runs already"]);
  assert.deepEqual(await says("programs", "restart", "steady"), [0, "restarted steady"]);
  const signalled = await quince.run(["programs", "signal", "steady", "HUP"]);
  assert.match(signalled.stderr, /cannot signal "steady": it is a service inside the daemon/);
  const scaled = await quince.run(["programs", "scale", "steady", "2"]);
  assert.match(scaled.stderr, /cannot scale "steady": it is a service inside the daemon/);
  assert.deepEqual([signalled.code, scaled.code], [2, 2]);
  const history = await quince.get("/api/v1/programs/steady/history");
  assert.equal(history.status, 400);
  const logs = await quince.run(["logs", "steady"]);
  assert.equal(logs.code, 0);
  const lines = logs.stdout.trim().split("\n");
  assert.equal(
    lines.filter((line) => /INFO +quince\.services\.steady: steady serves instance=default$/.test(line)).length,
    3,
  );
  assert.ok(lines.every((line) => /services\.steady: |quince\.programs: .*program=steady/.test(line)), logs.stdout);
});

Deno.test("a service that fails is tried again with the usual patience, and explained", async () => {
  await using quince = new Quince();
  quince.put("broken");
  await quince.start();
  const down = await quince.see("shaky", "backoff");
  assert.deepEqual([down.error, down.exit?.code, down.exit?.error], [
    ...["the file broken is there", 1, "the file broken is there"],
  ]);
  const why = await until("why, between two tries", async () => {
    const { stdout } = await quince.run(["why", "shaky"]);
    return stdout.includes("shaky is down after a failure") ? stdout : undefined;
  });
  assert.match(why, /shaky is down after a failure: the file broken is there after/);
  assert.match(why, /What may help:\n +take it away: rm broken\n/);
  quince.remove("broken");
  await quince.run(["programs", "reset", "shaky"]);
  await quince.see("shaky", "running");
  const events = await quince.run(["events", "--program", "shaky"]);
  assert.match(events.stdout, /service ended after \S+: the file broken is there/);
  assert.equal((await quince.status()).health, "healthy");
});

Deno.test("health says what a verb did to a critical service as soon as the verb has returned", async () => {
  await using quince = new Quince();
  await quince.start();
  await quince.see("deaf", "running");
  const health = async () => (await quince.run(["health"])).stderr.split("\n")[0];
  for (let round = 0; round < 5; round++) { // As the clock stands, the check's own turn may come in between.
    assert.equal((await quince.run(["programs", "stop", "deaf"])).code, 0);
    assert.match(await health() ?? "", /degraded \(programs: deaf is stopped\)/);
    assert.equal((await quince.run(["programs", "start", "deaf"])).code, 0);
    assert.equal(await health(), "", "it is healthy");
  }
});

Deno.test("what depends on a service waits for it", async () => {
  await using quince = new Quince();
  await quince.start();
  await quince.see("deaf", "running");
  await quince.run(["programs", "stop", "steady"]);
  await quince.run(["programs", "stop", "deaf"]);
  const { stdout } = await quince.run(["programs", "start", "deaf"]);
  assert.match(stdout, /deaf waits for steady to be ready \(it is stopped\)/);
  await quince.run(["programs", "start", "steady"]);
  await quince.see("deaf", "running");
});

Deno.test("a wait for the end of what begins again whenever it ends is doubted, and explained", async () => {
  await using quince = new Quince(program("web", "exec sleep 1000", 'depends_on = { steady = "completed" }'));
  const told = /the program "web" waits until "steady" has completed, and with restart "always" it never has/;
  const check = await quince.run(["config", "check"]);
  assert.equal(check.code, 0);
  assert.match(check.stderr, told);
  await quince.start();
  await quince.see("steady", "running");
  assert.match(fs.readFileSync(join(quince.home, "daemon.log"), "utf8").replaceAll("\\", ""), told);
  const { stdout } = await quince.run(["why", "web"]);
  assert.match(stdout, /web waits for steady to be completed \(it is running, and begins again whenever it ends\)/);
});

Deno.test("services are drawn among the programs", async () => {
  await using quince = new Quince(program("web", "exec sleep 1000"));
  const levels = async () => JSON.parse((await quince.run(["programs", "graph", "--json"])).stdout).levels;
  assert.deepEqual(await levels(), [["web", "steady", "clocked", "slow"], ["shaky", "deaf"]]);
});

Deno.test("a promise that a service loses ends the daemon, with the exit code of a bug", async () => {
  await using quince = new Quince();
  await quince.start();
  await quince.see("shaky", "running");
  const pid = quince.pid();
  quince.put("lose");
  quince.put("break");
  await until("its end", () => !remains(pid));
  const { ended } = JSON.parse(fs.readFileSync(join(quince.home, "state.json"), "utf8"));
  assert.equal(ended.exit, 70);
  assert.equal(quince.trace().at(-1), "steady ends");
});

Deno.test("a service that says when it is ready is starting until then", async () => {
  await using quince = new Quince();
  await quince.start();
  assert.deepEqual([(await quince.one("slow")).state, (await quince.one("slow")).ready], ["starting", false]);
  quince.put("go");
  assert.equal((await quince.see("slow", "running")).ready, true);
});

Deno.test("a reload restarts the services whose settings have changed, and stops those not wanted any more", async () => {
  await using quince = new Quince();
  quince.writeZone("Europe/Berlin");
  await quince.start();
  assert.equal((await quince.see("clocked", "running")).note, "in Europe/Berlin");
  await quince.see("steady", "running");
  quince.writeZone("Asia/Tokyo");
  const plan = JSON.parse((await quince.run(["reload", "--plan", "--json"])).stdout);
  assert.deepEqual([plan.programs.restart, plan.programs.stop], [["clocked"], ["slow"]]);
  const reload = await quince.run(["reload"]);
  assert.equal(reload.code, 0, reload.stderr);
  const clocked = await until("the new zone", async () => {
    const status = await quince.one("clocked");
    return status.note === "in Asia/Tokyo" ? status : undefined;
  });
  assert.equal(clocked.restarts, 0);
  assert.deepEqual(quince.trace(), ["steady begins"]);
  assert.deepEqual((await quince.status()).programs.map((one: ProgramStatus) => one.name), [
    ...["steady", "clocked", "shaky", "deaf"],
  ]);
});

Deno.test("by default a service is restarted when a section of the app's own has changed", async () => {
  await using quince = new Quince();
  await quince.start();
  await quince.see("steady", "running");
  quince.write('[quince]\nword = "hears"\n');
  const plan = JSON.parse((await quince.run(["reload", "--plan", "--json"])).stdout);
  assert.deepEqual([plan.programs.restart, plan.programs.keep], [["steady", "shaky", "slow", "deaf"], ["clocked"]]);
  assert.equal((await quince.run(["reload"])).code, 0);
  await until("the new word", async () => (await quince.one("steady")).note === "hears");
  assert.deepEqual(quince.trace().filter((line) => line.startsWith("steady")), [
    ...["steady begins", "steady ends", "steady begins"],
  ]);
  quince.write('[quince]\nword = "stop"\n'); // One that goes on reads it all the same.
  assert.equal((await quince.run(["reload"])).code, 0);
  await until("the end of clocked", () => quince.trace().includes("clocked ends"));
});

Deno.test("a mode runs its services alone, in the foreground", async () => {
  await using quince = new Quince();
  const child = quince.spawn(["lean"]);
  await until("its status", async () => (await quince.status()).state === "ready");
  assert.deepEqual((await quince.status()).programs.map(({ name }: ProgramStatus) => name), ["steady"]);
  child.kill("SIGTERM");
  assert.equal((await child.output()).code, 0);
});

Deno.test("a service that ignores its signal is stopping until it has ended, and no other life begins beside it", async () => {
  await using quince = new Quince();
  quince.put("deaf");
  await quince.start();
  await quince.see("deaf", "running");
  const stop = await quince.run(["programs", "stop", "deaf"]);
  assert.equal(stop.code, 1);
  assert.match(stop.stderr, /cannot stop "deaf": it ignores its signal, and goes on/);
  const stuck = await quince.one("deaf");
  assert.deepEqual([stuck.state, stuck.lingering?.then], ["stopping", "stop"]);
  const start = await quince.run(["programs", "start", "deaf"]);
  assert.equal(start.code, 1);
  assert.match(
    start.stderr,
    /cannot start "deaf": it ignores its signal, and begins again when it has ended after all/,
  );
  const why = await quince.run(["why", "deaf"]);
  assert.match(why.stdout, /it ignores its signal since .* UTC, and cannot begin again before it has ended/);
  assert.match((await quince.run(["status"])).stdout, /^ *deaf +stopping .*ignores its signal for \d/m);
  await until("health says so", async () => {
    const { checks } = JSON.parse((await quince.get("/health")).body);
    return checks.programs.error === "deaf ignores its signal";
  });
  assert.deepEqual(quince.trace(), ["steady begins"]);
  quince.remove("deaf");
  assert.equal((await quince.see("deaf", "running")).lingering, undefined);
  assert.deepEqual(quince.trace(), ["steady begins", "deaf ends"]);
  assert.match((await quince.run(["events", "--program", "deaf"])).stdout, /service has ended after all/);
  await until("health is good again", async () => (await quince.status()).health === "healthy");
});

Deno.test("a service that ignores its signal while it is to begin again has failed, for jobs that wait for that", async () => {
  const job = '\n[[job]]\nname = "alarm"\non = "program:deaf:failed"\ncommand = ["true"]\n';
  await using quince = new Quince(job);
  quince.put("deaf");
  await quince.start();
  await quince.see("deaf", "running");
  const slots = async () => (await quince.run(["jobs", "history", "alarm", "--json"])).stdout.split("\n").length - 1;
  await quince.run(["programs", "stop", "deaf"]);
  assert.equal(await slots(), 0, "what is to be stopped has not failed");
  await quince.run(["programs", "start", "deaf"]);
  await until("its run", async () => await slots() === 1);
});

Deno.test("a service that a reload takes away while it ignores its signal is said to be gone, and not remembered as stopped", async () => {
  await using quince = new Quince();
  quince.put("deaf");
  quince.writeZone("Europe/Berlin");
  await quince.start();
  await quince.see("deaf", "running");
  await quince.run(["programs", "stop", "deaf"]);
  quince.writeZone("Europe/Paris");
  const reload = await quince.run(["reload"]);
  assert.equal(reload.code, 1);
  assert.match(reload.stderr, /^quince: cannot stop "deaf": it ignores its signal since .* UTC, and goes on inside/);
  await quince.ok("reload");
  assert.match((await quince.run(["programs"])).stdout, /^ *deaf +stopping .*s, not in the configuration any more$/m);
  const { stderr } = await quince.run(["programs", "start", "deaf"]);
  assert.match(stderr, /"deaf": the configuration has it no more, and it ignores its signal\nhint: .* restart\n/);
  await until("health is good without it", async () => (await quince.status()).health === "healthy");
  quince.remove("deaf");
  await until(
    "its end",
    async () => (await quince.status()).programs.every(({ name }: ProgramStatus) => name !== "deaf"),
  );
  quince.writeZone("Europe/Berlin");
  await quince.ok("reload");
  await quince.see("deaf", "running");
  await quince.ok("restart");
  await quince.see("steady", "running");
  await quince.see("deaf", "running");
});

Deno.test("a service that ignores its signal is named, and does not keep the daemon from its end", async () => {
  await using quince = new Quince();
  quince.put("deaf");
  await quince.start();
  await quince.see("deaf", "running");
  const restart = await quince.run(["programs", "restart", "deaf"]);
  assert.equal(restart.code, 1);
  assert.match(restart.stderr, /cannot restart "deaf": it ignores its signal, and begins again when it has ended/);
  const began = performance.now();
  const end = await quince.run(["stop"]);
  assert.equal(end.code, 0, end.stderr);
  assert.match(end.stdout, /^quince: stopped PID \d+, forced, \S+ s; ended with the daemon, it ignored .*: deaf$/m);
  assert.ok(performance.now() - began < 25_000);
  const log = fs.readFileSync(join(quince.home, "daemon.log"), "utf8");
  assert.match(log, /ERROR .*service ignores its signal and goes on: it cannot begin again .* program=deaf/);
  assert.match(log, /WARN .*service ends with the daemon, it ignores its signal program=deaf/);
  assert.deepEqual(quince.trace(), ["steady begins", "steady takes no more", "steady ends"]);
});

Deno.test("a reload says which service runs on under the old configuration, because it ignores its signal", async () => {
  await using quince = new Quince();
  quince.put("deaf");
  await quince.start();
  await quince.see("deaf", "running");
  quince.write('[quince]\nword = "hears"\n');
  const { code, stdout, stderr } = await quince.run(["reload"]);
  assert.equal(code, 1);
  assert.match(stdout, /^quince: reloaded\n.*! restart +steady/s);
  assert.match(stderr, /^quince: cannot restart "deaf": it ignores its signal since .* UTC, and begins again when/);
  assert.equal((await quince.one("deaf")).lingering?.then, "start");
  quince.remove("deaf");
  await quince.see("deaf", "running");
  assert.equal((await quince.run(["reload"])).code, 0);
});

Deno.test("restart --keep-programs ends the services in order, and the programs go on", async () => {
  await using quince = new Quince(program("web", "exec sleep 1000"));
  await quince.start();
  await quince.see("steady", "running");
  const { pid } = await quince.see("web", "running");
  const restart = await quince.run(["restart", "--keep-programs"]);
  assert.equal(restart.code, 0, restart.stderr);
  await quince.see("steady", "running");
  assert.deepEqual([(await quince.one("web")).pid, (await quince.one("web")).adopted], [pid, true]);
  const cycle = ["steady begins", "steady takes no more", "deaf ends", "steady ends"];
  assert.deepEqual(quince.trace(), [...cycle, "steady begins"]);
});

Deno.test("a daemon that is killed leaves no service behind, and the next one runs them", async () => {
  await using quince = new Quince();
  await quince.start();
  await quince.see("steady", "running");
  const pid = quince.pid();
  signal(pid, "SIGKILL");
  await until("its end", () => !remains(pid));
  await quince.start();
  const steady = await quince.see("steady", "running");
  assert.deepEqual([steady.adopted, quince.trace().length], [false, 2]);
});

Deno.test("a service that was stopped by hand stays so under a daemon that takes the place of another one", async () => {
  await using quince = new Quince(program("web", "exec sleep 1000"));
  await quince.start();
  await quince.see("clocked", "running");
  assert.equal((await quince.run(["programs", "stop", "clocked", "web"])).code, 0);
  const states = async () => [(await quince.one("clocked")).state, (await quince.one("web")).state];
  const kept = await quince.run(["restart", "--keep-programs"]);
  assert.equal(kept.code, 0, kept.stderr);
  await quince.see("steady", "running");
  assert.deepEqual(await states(), ["stopped", "stopped"]);
  for (const name of ["clocked", "web"]) {
    const { stdout } = await quince.run(["why", name]);
    assert.match(stdout, /^\w+ is stopped since 20\S+ \S+ UTC by quince programs stop, and stays so until somebody/);
    assert.match(stdout, /it was stopped by hand under an earlier daemon \(its last life ended at 20.* UTC\)/);
    assert.match(stdout, new RegExp(`quince programs start ${name}`));
  }
  const pid = quince.pid();
  signal(pid, "SIGKILL");
  await until("its end", () => !remains(pid));
  await quince.start();
  await quince.see("steady", "running");
  assert.deepEqual(await states(), ["stopped", "stopped"]);
  assert.equal((await quince.run(["stop"])).code, 0);
  await quince.start();
  await quince.see("clocked", "running");
  await quince.see("web", "running");
});

Deno.test("a program of the configuration with the name of a service is refused, at the start and by a reload", async () => {
  await using quince = new Quince(program("steady", "exec sleep 1000"));
  const start = await quince.run(["start"]);
  assert.equal(start.code, 78);
  const message = /config\.toml:\d+:8: program\.steady\.name is "steady", and a service of the app has this name/;
  assert.match(start.stderr, message);
  quince.write("");
  await quince.start();
  quince.write(program("steady", "exec sleep 1000"));
  for (const verb of [["reload"], ["config", "check"]]) {
    const { code, stderr } = await quince.run(verb);
    assert.notEqual(code, 0);
    assert.match(stderr, message);
  }
  await quince.see("steady", "running");
});
