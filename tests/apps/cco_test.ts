/** The life of cco's daemon, on the compiled binary, as its document has it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { alive, freePort, signal, until } from "../support/instance.ts";
import { cco, configure, json, ok, upstream, viaProxy } from "./cco_lab.ts";

Deno.test("S2 cco daemon start, S2 Start Daemon, S2 Start operation: it comes up in the background on the port and host that were given", async () => {
  await using instance = cco();
  const port = freePort();
  const told = await ok(instance, "daemon", "start", "--port", `${port}`, "--host", "127.0.0.1");
  assert.match(told, new RegExp(`^cco: .*PID ${instance.pid()}`));
  assert.ok(alive(instance.pid()));
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  assert.equal((await response.json()).status, "healthy");
});

Deno.test("S2 Core Daemon Module, S2 Directory Structure, S2 Missing file handling, S2 Default values: the home is made, and needs no file in it", async () => {
  await using instance = cco();
  fs.rmSync(instance.home, { recursive: true });
  await ok(instance, "daemon", "start", "--port", `${instance.port}`);
  for (const name of ["daemon.pid", "daemon.log", "state.json", "daemon.lock", "control.sock", "analytics.db"]) {
    await until(`${name} is there`, () => fs.existsSync(join(instance.home, name)));
  }
  assert.equal(fs.existsSync(join(instance.home, "pids")), false);
  assert.equal(fs.statSync(instance.home).mode & 0o777, 0o700);
});

Deno.test("S2 Directory Structure: what other tools keep in pids is neither believed nor touched", async () => {
  await using instance = cco();
  fs.mkdirSync(join(instance.home, "pids"));
  fs.writeFileSync(join(instance.home, "pids", "cco-3000.pid"), `${Deno.pid}\n`);
  await ok(instance, "daemon", "start");
  await ok(instance, "daemon", "stop");
  assert.equal(fs.readFileSync(join(instance.home, "pids", "cco-3000.pid"), "utf8"), `${Deno.pid}\n`);
});

Deno.test("S2 PID file: one line with the bare PID, the metadata beside it, and nothing of it after the stop", async () => {
  await using instance = cco();
  await ok(instance, "daemon", "start");
  const [pid] = instance.daemons();
  assert.equal(fs.readFileSync(join(instance.home, "daemon.pid"), "utf8"), `${pid}\n`);
  await until("the metadata is there", () => {
    return JSON.parse(fs.readFileSync(join(instance.home, "state.json"), "utf8")).pid === pid;
  });
  await ok(instance, "daemon", "stop");
  assert.equal(fs.existsSync(join(instance.home, "daemon.pid")), false);
});

Deno.test("S2 Stale PID file cleanup: a PID that is somebody else's hinders nothing, and nobody is signalled", async () => {
  await using instance = cco();
  const stranger = new Deno.Command("sleep", { args: ["100"] }).spawn();
  fs.writeFileSync(join(instance.home, "daemon.pid"), `${stranger.pid}\n`);
  assert.equal((await instance.run(["daemon", "status"])).code, 1);
  assert.equal((await instance.run(["daemon", "stop"])).code, 0);
  assert.ok(alive(stranger.pid));
  await ok(instance, "daemon", "start");
  assert.notEqual(instance.pid(), stranger.pid);
  stranger.kill("SIGKILL");
  await stranger.status;
});

Deno.test("S2 Single-instance prevention: a second start says who runs, a second run in the foreground is refused", async () => {
  await using instance = cco();
  await ok(instance, "daemon", "start");
  const pid = instance.pid();
  assert.match(await ok(instance, "daemon", "start"), new RegExp(`already running.*${pid}`));
  const { code, stderr } = await instance.run(["daemon", "run"]);
  assert.deepEqual([code, stderr.startsWith("cco: cannot ")], [75, true]);
  assert.deepEqual(instance.daemons(), [pid]);
});

Deno.test("S2 cco daemon stop, S2 Stop Daemon: it ends gracefully, and says so; stopped is success too", async () => {
  await using instance = cco();
  await ok(instance, "daemon", "start");
  const pid = instance.pid();
  assert.match(await ok(instance, "daemon", "stop"), /graceful/);
  assert.equal(alive(pid), false);
  assert.match(await ok(instance, "daemon", "stop"), /not running/);
});

Deno.test("S2 Stop operation, S2 Force shutdown: a daemon that hangs costs the stop no more than its timeout, then SIGKILL", async () => {
  await using origin = upstream(() => new Response(new ReadableStream()));
  await using hasty = cco(`upstream = "${origin.address}"`);
  await using patient = cco();
  await Promise.all([ok(hasty, "daemon", "start"), ok(patient, "daemon", "start")]);
  const pid = hasty.pid();
  const hanging = viaProxy(hasty, "/endless", { method: "POST" }).catch(() => undefined);
  await until("it is at the upstream", () => origin.requests.length === 1);
  for (const instance of [hasty, patient]) signal(instance.pid(), "SIGSTOP");
  const [short, long] = await Promise.all([
    json(hasty, "daemon", "stop", "--timeout", "2s"),
    json(patient, "daemon", "stop", "--timeout", "8s"),
  ]);
  assert.deepEqual([short.how, short.pid, long.how], ["forced", pid, "forced"]);
  assert.deepEqual([alive(pid), hasty.daemons(), patient.daemons()], [false, [], []]);
  assert.ok(short.ms >= 2000 && long.ms >= 8000, `${short.ms} and ${long.ms} ms`);
  // What a stop takes beside its timeout is the same for both: were it much, the ratio would not be that of 2 to 8.
  assert.ok(short.ms * 2 < long.ms, `${short.ms} and ${long.ms} ms`);
  await (await hanging)?.body?.cancel();
});

Deno.test("S2 Stop operation, S2 Graceful shutdown: an answer that does not end is cut after eight seconds, and the stop is still graceful", async () => {
  await using origin = upstream(() =>
    new Response(new ReadableStream({ start: (to) => to.enqueue(new Uint8Array(1)) }))
  );
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  const response = await viaProxy(instance, "/endless", { method: "POST" });
  const ended = response.arrayBuffer().then(() => "whole", () => "cut");
  assert.match(await ok(instance, "daemon", "stop"), /graceful/); // Forced, were it more than the proxy's own 10 s.
  assert.equal(await ended, "cut");
});

Deno.test("S2 cco daemon restart, S2 Restart Daemon, S2 Restart operation: another process, on the port that was given", async () => {
  await using instance = cco();
  await ok(instance, "daemon", "start");
  const before = instance.pid();
  const port = freePort();
  await ok(instance, "daemon", "restart", "--port", `${port}`);
  assert.notEqual(instance.pid(), before);
  assert.equal(alive(before), false);
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  assert.equal((await response.json()).pid, instance.pid());
});

Deno.test("S2 cco daemon restart, S2 Command-line overrides: host and cache are those that the restart was given, not those before", async () => {
  await using origin = upstream(() => new Response("x".repeat(100)));
  await using instance = cco(`upstream = "${origin.address}"\ncache_size = 5000\ncache_ttl = 60`);
  await ok(instance, "daemon", "start", "--cache-size", "4000");
  const limit = async () => (await json(instance, "cache", "stats")).limit_bytes;
  const url = async () => (await json(instance, "daemon", "status")).url;
  assert.deepEqual([await limit(), await url()], [4000, `http://127.0.0.1:${instance.port}`]);
  await ok(instance, "daemon", "restart", "--host", "127.0.0.2", "--cache-size", "1234", "--cache-ttl", "1");
  assert.deepEqual([await limit(), await url()], [1234, `http://127.0.0.2:${instance.port}`]);
  const ask = async () => {
    const response = await fetch(`http://127.0.0.2:${instance.port}/proxy/a`);
    await response.text();
    return response.headers.get("x-cache");
  };
  assert.equal(await ask(), "miss");
  await until("it is too old after a second, not after sixty", async () => {
    const before = origin.requests.length;
    return await ask() === "miss" && origin.requests.length > before;
  });
});

Deno.test("S2 Configuration Validation: a restart with a bad configuration leaves the old daemon running", async () => {
  await using instance = cco();
  await ok(instance, "daemon", "start");
  const pid = instance.pid();
  configure(instance, "cache_ttl = 0");
  assert.equal((await instance.run(["daemon", "restart"])).code, 78);
  assert.ok(alive(pid));
  configure(instance, "");
});

Deno.test("S2 cco daemon status, S2 Check Status, S2 Status checking, S2 Daemon Manager: state, PID, address and the proxy; 3 when it does not run", async () => {
  await using instance = cco();
  const stopped = await instance.run(["daemon", "status"]);
  assert.deepEqual([stopped.code, /stopped|not running/.test(stopped.stdout)], [3, true]);
  await ok(instance, "daemon", "start");
  const text = await ok(instance, "daemon", "status");
  for (const word of ["running", `${instance.pid()}`, `http://127.0.0.1:${instance.port}`, "proxy"]) {
    assert.ok(text.includes(word), `${word} in ${text}`);
  }
  const { name, instance: called, state, pid, version, programs, jobs } = await json(instance, "daemon", "status");
  assert.deepEqual([name, state, pid, /^1\.0\.0\b/.test(version)], ["cco", "ready", instance.pid(), true]);
  assert.equal(called, "default");
  const [proxy] = programs;
  assert.deepEqual([proxy.name, proxy.kind, proxy.state, proxy.pid], ["proxy", "service", "running", null]);
  assert.deepEqual(jobs.map((job: { name: string }) => job.name), ["rollup"]);
});

Deno.test("S2 cco daemon logs, S2 View Logs, S2 Logging: the last 50 lines of daemon.log, or as many as asked for", async () => {
  await using instance = cco('log_level = "debug"');
  await ok(instance, "daemon", "start");
  for (let count = 0; count < 120; count++) await instance.get("/livez");
  const lines = async (...words: string[]) =>
    (await ok(instance, "daemon", "logs", ...words)).trimEnd().split("\n").length;
  assert.equal(await lines(), 50);
  assert.equal(await lines("-n", "100"), 100);
  const text = fs.readFileSync(join(instance.home, "daemon.log"), "utf8");
  assert.match(text, /^\S+Z DEBUG +cco\.http: request /m);
});

Deno.test("S2 Follow mode, S2 View Logs: --follow shows what is written from now on", async () => {
  await using instance = cco('log_level = "debug"');
  await ok(instance, "daemon", "start");
  const child = instance.spawn(["daemon", "logs", "--follow", "-n", "1"]);
  let seen = "";
  const reading = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeTo(new WritableStream({ write: (text) => void (seen += text) }));
  await until("it shows the end of the log", () => seen.includes("\n"));
  await instance.get("/nowhere/followed");
  await until("it shows the request", () => seen.includes("/nowhere/followed"));
  child.kill("SIGTERM");
  await Promise.all([reading, child.stderr.cancel(), child.status]);
});

Deno.test("S2 Log rotation, S2 log_rotation_size, S2 log_max_files: the log is rotated at so many bytes, and so many archives are kept", async () => {
  await using instance = cco('log_level = "debug"\nlog_rotation_size = 4000\nlog_max_files = 2');
  await ok(instance, "daemon", "start");
  const archives = () => fs.readdirSync(instance.home).filter((name) => name.startsWith("daemon.log."));
  for (let count = 0; count < 150; count++) await instance.get(`/nowhere/${"x".repeat(100)}`);
  await until("archives are made and removed", () => archives().length === 2);
  assert.ok(fs.statSync(join(instance.home, "daemon.log")).size <= 4000);
});

Deno.test("S2 cco daemon run: in the foreground, its log on stderr, until SIGTERM", async () => {
  await using instance = cco();
  const child = instance.spawn(["daemon", "run"]);
  const output = child.output();
  await until("it is ready", async () => (await instance.get("/readyz")).status === 200);
  assert.equal(instance.pid(), child.pid);
  child.kill("SIGTERM");
  const { code, stderr } = await output;
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stderr), /cco/);
});

Deno.test("S2 Metrics Export: /metrics has the proxy and the requests to it", async () => {
  await using origin = upstream(() => new Response("ok"));
  await using instance = cco(`upstream = "${origin.address}"`);
  await ok(instance, "daemon", "start");
  await (await viaProxy(instance, "/a")).text();
  const { body } = await instance.get("/metrics");
  assert.match(body, /^appd_program_state\{program="proxy",state="running"\} 1$/m);
  assert.match(body, /^appd_http_requests_total\{access="tcp",route="\/proxy\/\*",code="200"\} 1$/m);
  assert.match(body, /^appd_build_info\{name="cco",/m);
});

Deno.test("S2 Automatic Restart: a daemon that is killed comes back by itself with keep_alive", async () => {
  await using instance = cco("[daemon]\nkeep_alive = true");
  await ok(instance, "daemon", "start");
  const before = instance.pid();
  signal(before, "SIGKILL");
  await until("another one is there", async () => {
    return instance.pid() !== before && (await instance.get("/readyz")).status === 200;
  }, 30_000);
});

Deno.test("S2 Clustering: two instances run side by side, each with files and a port of its own", async () => {
  await using instance = cco();
  await ok(instance, "daemon", "start");
  const port = freePort();
  await ok(instance, "daemon", "start", "--name", "two", "--port", `${port}`);
  try {
    const { pid } = await json(instance, "daemon", "status", "--name", "two");
    assert.notEqual(pid, instance.pid());
    assert.ok(fs.existsSync(join(instance.home, "two", "analytics.db")));
    await ok(instance, "daemon", "stop");
    assert.equal((await (await fetch(`http://127.0.0.1:${port}/health`)).json()).pid, pid);
  } finally {
    await ok(instance, "daemon", "stop", "--name", "two");
  }
});

Deno.test("S2 Custom Logging: the log may be JSON, and go to several places at once", async () => {
  await using instance = cco('[log]\nformat = "json"\noutputs = ["file", "stderr"]');
  await ok(instance, "daemon", "start");
  const [line = ""] = fs.readFileSync(join(instance.home, "daemon.log"), "utf8").split("\n");
  assert.match(JSON.parse(line).logger, /^cco(\.|$)/);
});
