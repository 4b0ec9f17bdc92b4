/** What an app built on the kit gets: jobs, store, checks and endpoints, proved on the compiled app of fixtures/fig. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { talkTo } from "./faults/control_socket.ts";
import { compiled } from "./support/compiled.ts";
import { Instance, remains, signal, until } from "./support/instance.ts";

await compiled("tests/fixtures/fig/fig.ts");

/** A daemon of the app. */
class Fig implements AsyncDisposable {
  readonly instance: Instance;

  constructor(config?: string) {
    this.instance = new Instance(config, "fig");
  }

  async start(env: Record<string, string> = {}) {
    return await this.instance.run(["start"], { env: this.instance.env(env) });
  }

  async ask(path: string, init: RequestInit = {}): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://127.0.0.1:${this.instance.port}${path}`, init);
    return { status: response.status, text: await response.text() };
  }

  /** Triggers a job by the app's own code. */
  // deno-lint-ignore no-explicit-any -- the shape under test
  async pick(call: { job?: string; key?: string; payload?: string }): Promise<any> {
    const { text } = await this.ask("/v1/pick", { method: "POST", body: JSON.stringify(call) });
    return JSON.parse(text);
  }

  // deno-lint-ignore no-explicit-any -- the shape under test
  async figs(): Promise<any[]> {
    return JSON.parse((await this.ask("/figs")).text);
  }

  // deno-lint-ignore no-explicit-any -- the shape under test
  async history(...args: string[]): Promise<any[]> {
    const { stdout } = await this.instance.run(["jobs", "history", ...args, "--json"]);
    return stdout.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }

  // deno-lint-ignore no-explicit-any -- the shape under test
  run(id: number): Promise<any> {
    return until(`run ${id} has ended`, async () => {
      const run = (await this.history()).find((one) => one.id === id);
      return run?.ended_at ? run : undefined;
    });
  }

  running(id: number): Promise<unknown> {
    return until(`run ${id} is at work`, () => this.log().includes(`picks job_id=${id} `));
  }

  log(): string {
    return fs.readFileSync(join(this.instance.home, "daemon.log"), "utf8");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.instance[Symbol.asyncDispose]();
  }
}

async function started(config?: string): Promise<Fig> {
  const fig = new Fig(config);
  const { code, stderr } = await fig.start();
  if (code === 0) return fig;
  await fig[Symbol.asyncDispose]();
  throw new Error(`start ended with ${code}: ${stderr}`);
}

Deno.test("a job of the app runs in the daemon, and stands in status, history, why and the log as every job", async () => {
  await using fig = await started();
  const { id, trigger, pid } = await fig.pick({ payload: "ripe" });
  assert.deepEqual([trigger, pid], ["app", null]);
  const run = await fig.run(id);
  assert.deepEqual([run.state, run.exit.code, run.attempts], ["ok", 0, 1]);
  assert.deepEqual(await fig.figs(), [{ payload: "ripe", job: id }]);
  const { jobs } = await fig.instance.status();
  assert.deepEqual(jobs.map((job: { name: string }) => job.name), ["pick", "swift"]);
  assert.equal(jobs[0].last.outcome, "ok");
  assert.match(fig.log(), new RegExp(`fig\\.jobs\\.pick: picks job_id=${id} file_path=/figs/ripe trigger=app\n`));
  assert.match((await fig.instance.run(["why", "pick"])).stdout, /by the app's own code: ok/);
  const byHand = await fig.instance.run(["jobs", "run", "pick", "--wait"]);
  assert.equal(byHand.code, 0);
});

Deno.test("a job that throws has failed with its message; the daemon goes on", async () => {
  await using fig = await started();
  const { id } = await fig.pick({ payload: "throw" });
  const run = await fig.run(id);
  assert.deepEqual([run.state, run.reason, run.exit], ["failed", "the fig is sour", null]);
  const shown = JSON.parse((await fig.instance.run(["jobs", "show", "--run", `${id}`, "--json"])).stdout);
  assert.equal(shown.output, "the fig is sour");
  assert.doesNotMatch(fig.log(), /at .*fig\.js/, "no stack but at debug");
  assert.equal((await fig.pick({ payload: "next" })).state, "running");
});

Deno.test("kill -9 during a run: it is interrupted, and each key has one outcome however often it is triggered", async () => {
  await using fig = await started();
  const first = await fig.pick({ key: "a", payload: "sleep a" });
  await fig.running(first.id);
  const calls = await Promise.all(["a", "a", "b", "b", "b"].map((key) => fig.pick({ key, payload: key })));
  assert.deepEqual([calls[0].id, calls[1].id], [first.id, first.id]);
  assert.equal(new Set(calls.slice(2).map(({ id }) => id)).size, 1);
  const pid = fig.instance.pid();
  signal(pid, "SIGKILL");
  await until("the daemon is gone", () => !remains(pid));
  assert.equal((await fig.start()).code, 0);
  assert.equal((await fig.run(first.id)).state, "interrupted");
  assert.equal((await fig.run(calls[2].id)).state, "ok", "what waited runs");
  assert.equal((await fig.pick({ key: "a" })).state, "interrupted");
  assert.equal((await fig.pick({ key: "b" })).state, "ok");
  const runs = await fig.history();
  assert.deepEqual(runs.map(({ state }) => state).sort(), ["interrupted", "ok"]);
  assert.deepEqual(await fig.figs(), [{ payload: "b", job: calls[2].id }]);
});

Deno.test("a run is cancelled by its signal, and drained by a stop", async () => {
  await using fig = await started();
  const first = await fig.pick({ payload: "sleep" });
  await fig.running(first.id);
  assert.equal((await fig.instance.run(["jobs", "cancel", "pick"])).code, 0);
  assert.equal((await fig.run(first.id)).state, "cancelled");

  const second = await fig.pick({ payload: "sleep", key: "z" });
  await fig.running(second.id);
  const stopped = await fig.instance.run(["stop", "--timeout", "2s"]);
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.equal((await fig.start()).code, 0);
  const run = await fig.run(second.id);
  assert.deepEqual([run.state, run.reason], ["cancelled", "the daemon was stopped before it had ended"]);
});

Deno.test("a job that ignores its signal is let go and named, and its next run waits until its code has ended", async () => {
  await using fig = await started();
  const deaf = await fig.pick({ payload: "deaf" });
  await fig.running(deaf.id);
  await fig.instance.run(["jobs", "cancel", "pick"]);
  assert.equal((await fig.run(deaf.id)).state, "cancelled");
  await until("it is named", () => fig.log().includes(`run ${deaf.id} ignored its signal and was let go`));
  const beats = async () => JSON.parse((await fig.ask("/beats")).text)[0].beats;
  const before = await beats();
  await until("its code goes on", async () => await beats() > before);
  const next = await fig.pick({ payload: "next" });
  const waiting = await until("the next one waits", async () => {
    const run = (await fig.history()).find(({ id }) => id === next.id);
    return run?.state === "queued" ? run : undefined;
  });
  assert.deepEqual(
    [waiting.ended_at, waiting.attempts, waiting.reason],
    [null, 0, `the code of run ${deaf.id}, which ignored its signal, still runs`],
  );
  const began = performance.now();
  assert.equal((await fig.instance.run(["stop", "--timeout", "40s"])).code, 0);
  assert.ok(performance.now() - began < 20_000, "nobody waits for what was let go");
});

Deno.test("where runs may overlap, a run that was let go is in nobody's way", async () => {
  await using fig = await started();
  const deaf = await fig.pick({ job: "swift", payload: "deaf" });
  await fig.running(deaf.id);
  await fig.instance.run(["jobs", "cancel", "swift"]);
  await fig.run(deaf.id);
  const next = await fig.pick({ job: "swift", payload: "next" });
  assert.equal((await fig.run(next.id)).state, "ok");
});

Deno.test("a migration that fails is undone and refused with 78, and the version before runs on", async () => {
  await using fig = await started();
  await fig.run((await fig.pick({ payload: "kept" })).id);
  await fig.instance.run(["stop"]);
  const { code, stderr } = await fig.start({ FIG_MIGRATE: "1" });
  assert.equal(code, 78, stderr);
  assert.match(stderr, /cannot migrate ".*" to version 3 of "fig" \(bad\): table half already exists/);
  assert.equal((await fig.start()).code, 0);
  assert.deepEqual((await fig.figs()).map(({ payload }) => payload), ["kept"]);
  const { migrations } = JSON.parse((await fig.ask("/health")).text);
  assert.deepEqual(migrations, { current: 2, latest: 2, pending: 0 });
  assert.deepEqual(fs.readdirSync(fig.instance.home).filter((name) => name.includes("corrupt")), []);
});

Deno.test("a migration that would get a table of appd's is refused with 78 by the start, and before a restart stops anything", async () => {
  await using fig = new Fig();
  const refused = async (...words: string[]) => {
    const { code, stderr } = await fig.instance.run(words, { env: fig.instance.env({ FIG_RUNS: "1" }) });
    assert.equal(code, 78, stderr);
    assert.match(stderr, /\(harvest\): it names "runs", which in this database is one of appd's own$/m);
    assert.match(stderr, /^hint: take names with a prefix of your own, such as fig_runs; nothing was changed/m);
  };
  await refused("start");
  assert.equal((await fig.start()).code, 0);
  const pid = fig.instance.pid();
  await refused("restart");
  assert.equal(fig.instance.pid(), pid);
});

Deno.test("a stop in the middle of a start: start says so with 69, and the daemon ends as after any stop", async () => {
  await using fig = new Fig();
  const gate = join(fig.instance.home, "gate");
  const starting = fig.start({ FIG_GATE: gate });
  const talk = talkTo(fig.instance);
  await until("it answers", () => talk.status());
  await talk.post("/stop");
  await until("it stops", () => fig.log().includes("shutdown began"));
  fs.writeFileSync(gate, "");
  const { code, stderr } = await starting;
  assert.equal(code, 69, stderr);
  assert.match(
    stderr,
    /^fig: cannot start ".*": it was told to stop before it was ready\nhint: start it again: fig start\n$/,
  );
  await until("nothing is left", () => fig.instance.daemons().length === 0);
  assert.doesNotMatch(fig.log(), /is ready|internal error|ERROR/);
  assert.match(fig.log(), /shutdown complete/);
});

const REFUSED = [
  ["FIG_ROUTE", /cannot serve "\/api\/v1\/:anything": it takes "\/api\/v1\/status" too, which is a built-in endpoint/],
  ["FIG_CHECK", /cannot take up the check "database": a built-in check has this name/],
] as const;

for (const [variable, message] of REFUSED) {
  Deno.test(`what collides with the built-in (${variable}) is refused with 78, and nothing is left running`, async () => {
    await using fig = new Fig();
    const { code, stderr } = await fig.start({ [variable]: "1" });
    assert.equal(code, 78, stderr);
    assert.match(stderr, message);
    await until("nothing is left", () => fig.instance.daemons().length === 0);
  });
}

Deno.test("a start that fails by a bug of the app says where the stack is, and it is there", async () => {
  await using fig = new Fig();
  const { code, stderr } = await fig.start({ FIG_BUG: "1" });
  const late = join(fig.instance.home, "daemon.err");
  assert.deepEqual([code, stderr], [
    70,
    `fig: internal error: the branch is rotten\nhint: the stack is in "${late}"\n`,
  ]);
  assert.match(fs.readFileSync(late, "utf8"), /the branch is rotten[^]*\n +at routes /);
});

Deno.test("a job with the name of a configured one is refused with 78, also by config check and simulate", async () => {
  await using fig = new Fig();
  fig.instance.write('\n[[job]]\nname = "taken"\ncommand = ["true"]\n');
  const env = { FIG_JOB: "1" };
  const { code, stderr } = await fig.start(env);
  assert.equal(code, 78, stderr);
  assert.match(stderr, /config\.toml:\d+:8: job\.taken\.name is "taken", and a job of the app has this name/);
  for (const args of [["config", "check"], ["schedule", "next"], ["schedule", "simulate"]]) {
    assert.equal((await fig.instance.run(args, { env: fig.instance.env(env) })).code, 78, args.join(" "));
  }
});

Deno.test("an open path takes every method over TCP without a token, from everybody but web pages", async () => {
  await using fig = await started();
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    const body = new Uint8Array(2_000_000);
    const response = await fetch(`http://127.0.0.1:${fig.instance.port}/v1/echo`, { method, body });
    assert.equal(response.headers.get("x-method"), method);
    assert.equal((await response.arrayBuffer()).byteLength, body.length);
  }
  const origin = await fig.ask("/v1/pick", { method: "POST", body: "{}", headers: { origin: "http://evil.example" } });
  assert.equal(origin.status, 403);
  assert.equal((await fig.ask("/figs/7", { method: "PUT" })).status, 405);
  assert.equal((await fig.ask("/api/v1/reload", { method: "POST" })).status, 405);
  assert.equal(await overSocket(fig, "PUT", "/figs/7"), "7");
  const chunked = new Blob([new Uint8Array(3_000_000)]).stream();
  assert.equal((await fig.ask("/v1/count", { method: "POST", body: chunked })).text, "3000000");
});

Deno.test("a body is as long as the app allows, with a length and in chunks; a limit that is no size ends the start", async () => {
  await using fig = await started();
  const long = new Uint8Array(4 * 1024 * 1024 + 1);
  for (const path of ["/v1/count", "/v1/pick"]) {
    for (const body of [long, new Blob([long]).stream()]) {
      const { status, text } = await fig.ask(path, { method: "POST", body });
      assert.equal(status, 413, path);
      assert.equal(JSON.parse(text).error.message, "a body may have 4194304 bytes");
    }
  }
  const most = await fig.ask("/v1/count", { method: "POST", body: long.subarray(1) });
  assert.deepEqual([most.status, most.text], [200, "4194304"]);
  const { text } = await fig.ask("/metrics");
  assert.match(text, /^appd_http_requests_total\{access="tcp",route="\/v1\/count",code="413"\} 2$/m);
  assert.match(text, /^appd_http_requests_total\{access="tcp",route="\/v1\/pick",code="413"\} 2$/m);
  assert.doesNotMatch(fig.log(), /ERROR|RefusedBody/, "it is the client's fault");
  await using flawed = new Fig();
  const { code, stderr } = await flawed.start({ FIG_BODY: "1" });
  assert.equal(code, 78);
  assert.match(stderr, /cannot define "fig": the bodyLimit "64 megs" is no size of a body/);
});

Deno.test("answers that stream arrive as they come", async () => {
  await using fig = await started();
  const stop = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${fig.instance.port}/v1/ticks`, { signal: stop.signal });
  const { value } = await answer.body!.getReader().read();
  stop.abort();
  const first = new TextDecoder().decode(value);
  assert.match(first, /^data: 1\n\n/);
});

Deno.test("a command that asks gets its answer within its patience, or ends with 69 and says where to look", async () => {
  await using fig = await started();
  const ask = (...args: string[]) => fig.instance.run(["fetch", ...args], { timeoutMs: 20_000 });
  for (
    const [args, message] of [
      [
        ["/v1/never", "--patience", "300ms"],
        /^fig: cannot ask for "\/v1\/never": the daemon has not answered within 300ms$/m,
      ],
      [["/v1/never", "--patience", "300ms", "--post"], /within 300ms; it may still do what was asked$/m],
      [
        ["/v1/half", "--patience", "1s", "--whole"],
        /cannot ask for "\/v1\/half": the daemon has not answered within 1s$/m,
      ],
    ] as const
  ) {
    const { code, stderr } = await ask(...args);
    assert.equal(code, 69, stderr);
    assert.match(stderr, message);
    assert.match(stderr, /^hint: see what is not well: fig why; what it is doing: fig logs -n 50$/m);
  }
  assert.equal((await ask("/figs", "--whole", "--patience", "10s")).stdout, "[]\n");
  assert.equal((await ask("/v1/known", "--whole")).code, 3);
});

Deno.test("a stream that a command reads goes on beyond its patience, and Ctrl-C ends it, as it ends one that waits", async () => {
  await using fig = await started();
  const stream = fig.instance.spawn(["fetch", "/v1/ticks", "--patience", "3s"]); // Enough for its beginning.
  const reader = stream.stdout.getReader();
  await reader.read();
  const began = performance.now();
  let text = "";
  while (performance.now() - began < 3500) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  assert.ok(performance.now() - began >= 3500, `it ended early: ${text}`);
  reader.releaseLock();
  const waiting = fig.instance.spawn(["fetch", "/v1/never"]);
  await until("it waits", async () => (await fig.instance.run(["logs", "--grep", "nobody answers"])).stdout !== "");
  for (const child of [stream, waiting]) {
    signal(child.pid, "SIGINT");
    assert.equal((await child.output()).signal, "SIGINT");
  }
});

Deno.test("an endpoint that throws is 500 and a record, and no end of the daemon", async () => {
  await using fig = await started();
  const sour = await fig.ask("/v1/sour");
  assert.equal(sour.status, 500);
  assert.doesNotMatch(sour.text, /secret/);
  assert.match(fig.log(), /ERROR .*http: a request failed error="Error: a secret of the fig/);
  assert.equal((await fig.ask("/v1/known")).status, 409);
  assert.equal((await fig.ask("/nowhere")).status, 404);
  assert.equal((await fig.ask("/health")).status, 200);
  assert.match((await fig.ask("/metrics")).text, /route="\/v1\/sour",code="500"\} 1/);
});

Deno.test("the checks of the app are in health, well from the first moment", async () => {
  await using fig = await started();
  const { status, checks } = JSON.parse((await fig.ask("/health")).text);
  assert.equal(status, "healthy");
  assert.deepEqual([checks.basket.ok, checks.basket.critical], [true, true]);
  assert.doesNotMatch(fig.log(), /degraded/);
});

Deno.test("a start that is told to be ready has waited for a critical check that is slow: health agrees", async () => {
  await using fig = new Fig();
  const { code, stderr } = await fig.start({ FIG_SLOW: "2500" });
  const health = await fig.ask("/health");
  assert.deepEqual([code, stderr, health.status], [0, "", 200], health.text);
  assert.ok(JSON.parse(health.text).checks.basket.latency_ms >= 2400, health.text);
});

Deno.test("a start says which critical check has not answered within its own time, or fails", async () => {
  await using fig = new Fig();
  const late = await fig.start({ FIG_SLOW: "60000", FIG_TIMEOUT: "500ms" });
  assert.deepEqual([late.code, late.stderr], [
    0,
    "fig: warning: it is ready, but not healthy: basket: timed out after 500 ms\nhint: see what becomes of it: fig why\n",
  ]);
  assert.equal((await fig.ask("/health")).status, 503);
  fig.instance.write("\n[fig]\nbad = true\n");
  const again = await fig.instance.run(["restart", "--json"]);
  assert.deepEqual(JSON.parse(again.stdout).started.unwell, { basket: "the basket has a hole" });
});

/** Everything of it runs, and its start is not over. */
async function untilItWaits({ instance }: Fig): Promise<void> {
  await until("it waits for its check", async () => {
    const { state, jobs } = await instance.run(["status", "--json"]).then(({ stdout }) => JSON.parse(stdout));
    return state === "starting" && jobs.length > 0;
  });
}

Deno.test("while a start waits for a check, a reload waits for it, and a stop does not", async () => {
  await using fig = new Fig();
  const slow = fig.start({ FIG_SLOW: "4000" });
  await untilItWaits(fig);
  const reload = await fig.instance.run(["reload"]);
  assert.deepEqual([(await slow).code, reload.code], [0, 0], reload.stderr);
  assert.equal((await fig.instance.status()).state, "ready");
  await fig.instance.run(["stop"]);
  const hung = fig.start({ FIG_SLOW: "60000", FIG_TIMEOUT: "40s" });
  await untilItWaits(fig);
  signal(fig.instance.pid(), "SIGTERM");
  const { code, stderr } = await hung;
  assert.deepEqual([code, /it was told to stop before it was ready/.test(stderr)], [69, true], stderr);
});

Deno.test("a second start while the first one waits for a check returns when the daemon is ready, too", async () => {
  await using fig = new Fig();
  const first = fig.start({ FIG_SLOW: "4000" });
  await untilItWaits(fig);
  const second = await fig.instance.run(["start"]);
  assert.deepEqual([second.code, (await fig.instance.status()).state], [0, "ready"], second.stderr);
  assert.match(second.stdout, /already running/);
  assert.equal((await first).code, 0);
});

Deno.test("a daemon that is killed while its start waits for a check is known to the next one, with how it was started", async () => {
  await using fig = new Fig();
  const env = fig.instance.env({ FIG_SLOW: "60000", FIG_TIMEOUT: "40s" });
  const hung = fig.instance.run(["start", "--mode", "idle"], { env });
  await untilItWaits(fig);
  signal(fig.instance.pid(), "SIGKILL");
  assert.notEqual((await hung).code, 0);
  assert.equal((await fig.instance.run(["restart"])).code, 0);
  const { mode, last_end } = await fig.instance.status();
  assert.deepEqual([mode, last_end?.how], ["idle", "killed"]);
});

Deno.test("a configuration that is written while a start waits for a check is taken up by itself", async () => {
  await using fig = new Fig("[daemon]\nwatch_config = true\n");
  const slow = fig.start({ FIG_SLOW: "4000" });
  await untilItWaits(fig);
  fig.instance.write("[daemon]\nwatch_config = true\n[fig]\nbad = true\n");
  assert.equal((await slow).code, 0);
  await until("the change is taken up", async () => (await fig.instance.status()).last_reload?.ok);
});

Deno.test("a reload takes up what the configuration says of a job and of a check, and refuses what does not fit", async () => {
  await using fig = await started();
  const schedule = async () => (await fig.instance.status()).jobs[0].schedule;
  assert.equal(await schedule(), "every 3h");
  fig.instance.write('\n[fig]\nevery = "2h"\nbad = true\n');
  assert.equal((await fig.instance.run(["reload"])).code, 0);
  assert.equal(await schedule(), "every 2h");
  const sick = await until("it is degraded", async () => {
    const { status, text } = await fig.ask("/health");
    return status === 503 ? JSON.parse(text) : undefined;
  });
  assert.deepEqual([sick.status, sick.checks.basket.error], ["degraded", "the basket has a hole"]);
  fig.instance.write('\n[fig]\nevery = "often"\n');
  const { code, stderr } = await fig.instance.run(["reload"]);
  assert.notEqual(code, 0);
  assert.match(stderr, /cannot take up the job "pick" of fig: every is "often"/);
  assert.equal(await schedule(), "every 2h");
});

Deno.test("why tells of a check since when it fails, how often in a row, and what it says; and without a name what is not well", async () => {
  await using fig = await started();
  const why = (...args: string[]) => fig.instance.run(["why", ...args]);
  assert.match((await why("basket")).stdout, /^the check basket is well; it is critical\n$/);
  assert.match((await why()).stdout, /^fig is ready, and nothing is wrong\n$/);
  fig.instance.write("\n[fig]\nbad = true\n");
  await fig.instance.run(["reload"]);
  const failing = (most: number) =>
    until(`more than ${most} failures`, async () => {
      const report = JSON.parse((await why("basket", "--json")).stdout);
      return report.failures > most ? report : undefined;
    });
  const first = await failing(0);
  const told = await failing(Math.max(2, first.failures));
  assert.deepEqual([told.check, told.ok, told.critical, told.error], ["basket", false, true, "the basket has a hole"]);
  assert.equal(told.since, first.since);
  const { stdout, code } = await why("basket");
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^the check basket fails since .* UTC \(\d+s.*\), \d+ times in a row; it is critical, so that the daemon is degraded: the basket has a hole\n/,
  );
  assert.match(stdout, /What happened:\n {2}.* UTC {2}the check basket fails: the basket has a hole\n/);
  assert.match(stdout, /What may help:\n {2}fig logs --grep basket -n 50\n$/);
  const all = await why();
  assert.match(all.stdout, /^fig is degraded since .*: the check basket fails: the basket has a hole\n/);
  assert.match(
    all.stdout,
    /Checks that fail:\n {2}basket {2}the basket has a hole \(critical, since .*, \d+ in a row\)\n/,
  );
  assert.match(all.stdout, /What may help:\n {2}fig why basket\n$/);
  assert.match(fig.log(), /WARN .*health: a check fails check=basket critical=true error="the basket has a hole"/);
  assert.match((await fig.instance.run(["events"])).stdout, /the check basket fails: the basket has a hole/);

  fig.instance.write("\n[fig]\nbad = false\n");
  await fig.instance.run(["reload"]);
  await until("well again", async () => JSON.parse((await why("basket", "--json")).stdout).ok);
  assert.match(
    (await why("basket")).stdout,
    /basket is well;.*\n[^]* fails: .*\n.*is well again after \d+s.* and \d+ failures\n/,
  );
  const none = await why("baskte");
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no such program, job or health check\nhint: did you mean "basket"\?/);
  assert.match((await fig.instance.run(["health", "names"])).stdout, /^basket$/m);
});

Deno.test("the file can name the app's jobs, and the verbs that work without a daemon know them", async () => {
  await using fig = new Fig();
  fig.instance.write('\n[[job]]\nname = "after"\ncommand = ["true"]\non = "job:pick:ok"\n');
  const next = await fig.instance.run(["schedule", "next", "--json"]);
  assert.match(next.stdout, /"job": "pick"/);
  assert.equal((await fig.instance.run(["config", "check"])).code, 0);
  const simulated = await fig.instance.run(["schedule", "simulate", "--json", "--to", "4h"]);
  assert.match(simulated.stdout, /"job":"after"/);
  const { code } = await fig.start();
  assert.equal(code, 0);
  await fig.run((await fig.pick({ payload: "ripe" })).id);
  await until("what follows from it has run", async () => (await fig.history("after"))[0]?.state === "ok");
});

Deno.test("a service that wants a job at once has it, once, however often the daemon starts", async () => {
  await using fig = new Fig();
  for (const _start of ["first", "second"]) {
    const { code, stderr } = await fig.start({ FIG_SERVICE: "1" });
    assert.equal(code, 0, stderr);
    await until("it is picked", async () => (await fig.figs()).length > 0);
    await until("the service is ready", async () => (await fig.instance.status()).programs[0].ready);
    assert.equal((await fig.instance.run(["stop"])).code, 0);
  }
  assert.equal((await fig.start()).code, 0);
  assert.deepEqual((await fig.figs()).map(({ payload }) => payload), ["early"]);
});

Deno.test("in a mode without jobs nothing makes one run but a command", async () => {
  await using fig = new Fig();
  const idle = fig.instance.spawn(["idle"]);
  const { jobs } = await until("it answers", async () => {
    const status = await fig.instance.status();
    return status.state === "ready" ? status : undefined;
  });
  assert.deepEqual(jobs.map(({ enabled, next_at }: { enabled: boolean; next_at: unknown }) => [enabled, next_at]), [
    [false, null],
    [false, null],
  ]);
  assert.equal((await fig.ask("/v1/pick", { method: "POST", body: "{}" })).status, 409);
  assert.equal((await fig.instance.run(["jobs", "run", "pick", "--wait"])).code, 0);
  await fig.instance.run(["stop"]);
  assert.equal((await idle.output()).code, 0);
});

/** Asks over the control socket, whose path fetch cannot be given here. */
function overSocket(fig: Fig, method: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { socketPath: join(fig.instance.home, "control.sock"), method, path };
    httpRequest(options, (response) => {
      let text = "";
      response.on("data", (bytes) => text += bytes);
      response.on("end", () => resolve(text));
    }).on("error", reject).end();
  });
}
