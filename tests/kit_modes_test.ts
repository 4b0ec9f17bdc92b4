/** The modes of an app: what starts with one keeps it, proved on the compiled apps of fixtures/quince and fixtures/plum. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { compiled } from "./support/compiled.ts";
import { binaryOf, Instance, remains, type RunResult, signal, until } from "./support/instance.ts";

await compiled("tests/fixtures/quince/quince.ts");
await compiled("tests/fixtures/plum/plum.ts");

const ALL = ["steady", "clocked", "shaky", "slow", "deaf"];

function quince(config = ""): Instance {
  return new Instance(config, "quince");
}

/** The mode and the services that run, as the daemon says. */
async function runs(app: Instance): Promise<{ mode: unknown; services: string[] }> {
  const { mode, programs } = await app.status();
  return { mode, services: programs.map(({ name }: { name: string }) => name) };
}

function stateOf(app: Instance): Record<string, unknown> {
  return JSON.parse(fs.readFileSync(join(app.home, "state.json"), "utf8"));
}

/** The words of a process's command line behind the program. */
function wordsOf(pid: number): string[] {
  return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(1, -1);
}

function refused(result: RunResult, code: number, ...lines: readonly RegExp[]): void {
  assert.equal(result.code, code, result.stderr);
  for (const line of lines) assert.match(result.stderr, line);
}

Deno.test("start --mode runs the services of the mode, and whoever asks hears which it is", async () => {
  await using app = quince();
  const started = await app.start("--mode", "lean");
  assert.match(started.stdout, /^quince: running as PID \d+ at http:\S+ in mode lean \(/);
  assert.deepEqual(await runs(app), { mode: "lean", services: ["steady"] });
  assert.equal(stateOf(app).mode, "lean");
  assert.match((await app.run(["status"])).stdout, /^Mode: +lean$/m);
  assert.equal(JSON.parse((await app.get("/api/v1/status")).body).mode, "lean");
  assert.match(wordsOf(app.pid()).join(" "), /--mode lean/);
  assert.match(fs.readFileSync(join(app.home, "daemon.log"), "utf8"), /quince starts .*mode=lean/);
  assert.match((await app.run(["start"])).stdout, /already running as PID \d+ at http:\S+ in mode lean$/m);
  assert.match((await app.run(["start", "--mode", "lean"])).stdout, / in mode lean\n$/);
  assert.match(
    (await app.run(["start", "--mode", "all"])).stdout,
    / in mode lean, not with everything; to change that: quince restart --mode all\n$/,
  );
  const { mode, already, hint } = JSON.parse((await app.run(["--daemon", "--mode", "all", "--json"])).stdout);
  assert.deepEqual([mode, already, hint], ["lean", true, "quince restart --mode all"]);
  const same = JSON.parse((await app.run(["start", "--mode", "lean", "--json"])).stdout);
  assert.deepEqual([same.mode, same.already, same.hint], ["lean", true, undefined]);
});

Deno.test("a service that does not run is not unknown: the mode or the configuration leaves it out", async () => {
  await using app = quince();
  app.write(`timezone = "Asia/Tokyo"\n[server]\nport = ${app.port}\n`);
  await app.start("--mode", "lean");
  const { left_out } = await app.status();
  assert.deepEqual(left_out, ["clocked", "shaky", "slow", "deaf"].map((name) => ({ name, by: "mode" })));
  for (const words of [["why"], ["programs", "start"], ["programs", "signal"], ["events", "--program"]]) {
    const result = await app.run([...words, "clocked", ...(words.includes("signal") ? ["HUP"] : [])]);
    refused(result, 1, /^quince: cannot [a-z ]+ "clocked": the mode "lean" leaves it out$/m);
    refused(result, 1, /^hint: run everything: quince restart --mode all$/m);
  }
  const answer = await app.get("/api/v1/programs/clocked/why");
  assert.equal(answer.status, 404);
  assert.match(answer.body, /the mode \\"lean\\" leaves it out.*quince restart --mode all/);
  await app.run(["restart", "--mode", "all"]);
  assert.deepEqual((await app.status()).left_out, [{ name: "slow", by: "configuration" }]);
  const result = await app.run(["programs", "start", "slow"]);
  refused(result, 1, /^quince: cannot start "slow": the configuration leaves it out\nhint: .*quince config list/);
});

Deno.test("without a mode everything runs, and so it does with --mode all", async () => {
  await using app = quince();
  for (const words of [["start"], ["--daemon", "--mode", "all"]]) {
    assert.equal((await app.run(words)).code, 0);
    assert.deepEqual(await runs(app), { mode: null, services: ALL });
    assert.equal(stateOf(app).mode, undefined);
    assert.doesNotMatch((await app.run(["status"])).stdout, /^Mode:/m);
    assert.match(
      (await app.run(["start", "--mode", "lean"])).stdout,
      / with everything, not in mode lean; to change that: quince restart --mode lean\n$/,
    );
    const { mode, hint } = JSON.parse((await app.run(["start", "--mode", "lean", "--json"])).stdout);
    assert.deepEqual([mode, hint], [null, "quince restart --mode lean"]);
    await app.run(["stop"]);
  }
  assert.equal((await app.status()).mode, null);
});

Deno.test("a restart keeps the mode, changes it, and goes back to everything", async () => {
  await using app = quince();
  await app.start("--mode", "lean");
  for (
    const [words, mode, services] of [
      [["restart"], "lean", ["steady"]],
      [["restart", "--keep-programs"], "lean", ["steady"]],
      [["restart", "--mode", "all"], null, ALL],
      [["restart"], null, ALL],
      [["--restart", "--mode", "lean"], "lean", ["steady"]],
    ] as const
  ) {
    const { code, stderr } = await app.run(words);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await runs(app), { mode, services }, words.join(" "));
  }
  await app.run(["stop"]);
  await app.start();
  assert.deepEqual(await runs(app), { mode: null, services: ALL }, "an orderly stop leaves nothing to keep");
});

Deno.test("a mode in the foreground is kept by a restart too", async () => {
  await using app = quince();
  const child = app.spawn(["lean"]);
  await until("ready", async () => (await app.status()).state === "ready");
  assert.equal((await app.status()).mode, "lean");
  assert.equal((await app.run(["restart"])).code, 0);
  await child.output();
  assert.deepEqual(await runs(app), { mode: "lean", services: ["steady"] });
  await app.run(["stop"]);
  const run = app.spawn(["run", "--mode", "lean"]);
  const ready = async () => {
    const { mode, state } = await app.status();
    return mode === "lean" && state === "ready";
  };
  await until("ready", ready);
  run.kill("SIGTERM");
  assert.equal((await run.output()).code, 0);
});

Deno.test("a reload and the doctor know the mode", async () => {
  await using app = quince();
  await app.start("--mode", "lean");
  app.write('\n[quince]\nword = "again"\n');
  assert.equal((await app.run(["reload"])).code, 0);
  assert.deepEqual(await runs(app), { mode: "lean", services: ["steady"] });
  // Nothing in the mode has this name; with everything it would be the service's.
  app.write('\n[[program]]\nname = "clocked"\ncommand = ["sleep", "600"]\n');
  assert.equal((await app.run(["reload"])).code, 0);
  assert.doesNotMatch((await app.run(["doctor", "--json"])).stdout, /clocked/);
  await app.run(["stop"]);
  refused(await app.run(["start"]), 78, /program\.clocked\.name is "clocked", and a service of the app has this name/);
});

Deno.test("killed with kill -9 and begun again by its guard, the daemon has its mode", async () => {
  await using app = quince("\n[daemon]\nkeep_alive = true\n");
  await app.start("--mode", "lean");
  const first = app.pid();
  signal(first, "SIGKILL");
  await until("its death", () => !remains(first));
  await until("another one", async () => app.pid() !== first && (await app.status()).state === "ready", 30_000);
  assert.deepEqual(await runs(app), { mode: "lean", services: ["steady"] });
  const second = app.pid();
  signal(second, "SIGKILL");
  await until("its death", () => !remains(second));
  assert.equal((await app.run(["restart"])).code, 0);
  assert.deepEqual(await runs(app), { mode: "lean", services: ["steady"] }, "what died is kept as what runs is");
});

Deno.test("after an upgrade without its mode a daemon that dies stays down, and daemon.err says why", async () => {
  await using app = quince("\n[daemon]\nkeep_alive = true\n");
  const binary = join(app.home, "quince");
  const put = (name: string) => {
    fs.copyFileSync(binaryOf(name), `${binary}.new`);
    fs.renameSync(`${binary}.new`, binary);
  };
  put("quince");
  const args = ["start", "--mode", "lean"];
  const { code } = await new Deno.Command(binary, { args, clearEnv: true, env: app.env(), stdin: "null" }).output();
  assert.equal(code, 0);
  put("plum"); // Another app has other modes, as a later version of the same may have.
  signal(app.pid(), "SIGKILL");
  const late = () => fs.readFileSync(join(app.home, "daemon.err"), "utf8");
  await until("the guard's last word", () => /^quince-guard: .*\n/m.test(late()), 30_000);
  assert.match(late(), /"lean" is none of visit, harvest, all\n/);
  assert.match(late(), /^quince-guard: the start failed with exit code 2 at \d{4}-\S+Z\n$/m);
  await until("nothing is left", () => app.processes().length === 0);
});

Deno.test("an unknown mode is a usage error that names the nearest, and nothing is begun", async () => {
  await using app = quince();
  for (const verb of ["start", "--daemon", "run", "restart", "install", "--restart"]) {
    refused(
      await app.run([verb, "--mode", "laen"]),
      2,
      /cannot use option "--mode": "laen" is none of lean, all\n/,
      /hint: did you mean "lean"\?/,
    );
  }
  refused(await app.run(["start", "--mode", "lean", "--", "sleep", "600"]), 2, /the command runs alone, in no mode/);
  for (const line of [["--lean", "--daemon"], ["start", "lean"]]) {
    refused(await app.run(line), 2, /at once/, /hint: to do both: quince start --mode lean$/m);
  }
  refused(await app.run(["stop", "--mode", "lean"]), 2, /"quince stop" does not know it/);
  refused(await app.run(["lean", "--mode", "lean"]), 2, /"quince lean" does not know it/);
  assert.equal((await app.status()).state, "stopped");
  assert.equal((await app.run(["start", "--", "sleep", "600"])).code, 0);
  refused(await app.run(["restart", "--mode", "lean"]), 2, /it runs one command alone/, /quince start --mode lean/);
});

Deno.test("a mode that the program does not have any more stops no daemon", async () => {
  await using app = quince();
  await app.start("--mode", "lean");
  const pid = app.pid();
  fs.writeFileSync(join(app.home, "state.json"), JSON.stringify({ ...stateOf(app), mode: "fat" }));
  refused(await app.run(["restart"]), 78, /it runs in the mode "fat"/, /hint: .*quince restart --mode all/);
  assert.equal(app.pid(), pid);
  assert.equal((await app.run(["restart", "--mode", "all"])).code, 0);
});

Deno.test("help, completions and man page have --mode with its values where something starts", async () => {
  await using app = new Instance("", "plum");
  for (const verb of ["start", "run", "restart", "install", "generate"]) {
    for (const words of [[verb], ...(verb === "generate" ? [] : [["daemon", verb]])]) {
      const { stdout } = await app.run([...words, "--help"]);
      assert.match(stdout.replaceAll(/\s+/g, " "), /--mode MODE .*one of visit, harvest, all/, words.join(" "));
    }
  }
  assert.match((await app.run(["restart", "--help"])).stdout, /plum restart --mode all/);
  assert.match((await app.run(["visit", "--help"])).stdout, /plum start --mode visit/);
  for (const verb of ["stop", "status", "visit"]) {
    assert.doesNotMatch((await app.run([verb, "--help"])).stdout, /--mode MODE/);
  }
  assert.match((await app.run(["man"])).stdout, /\\-\\-mode MODE\n.*one of visit, harvest, all/);
  const script = (await app.run(["completions", "bash"])).stdout;
  const bash = `${script}\nCOMP_WORDS=(plum start --mode ""); COMP_CWORD=3; _plum; echo "\${COMPREPLY[@]}"`;
  const { stdout } = await new Deno.Command("bash", { args: ["-c", bash] }).output();
  assert.equal(new TextDecoder().decode(stdout), "visit harvest all\n");
});

Deno.test("a program without modes has no such option, and no such field", async () => {
  await using app = new Instance();
  refused(await app.run(["start", "--mode", "all"]), 2, /unknown option|does not know it/);
  assert.equal((await app.status()).mode, undefined);
});

Deno.test("what is generated for service managers and containers runs the mode", async () => {
  await using app = quince();
  const MARKS = {
    "systemd": /^ExecStart=.* run --mode lean$/m,
    "systemd-template": /^ExecStart=.* run --mode lean$/m,
    "launchd": /<string>run<\/string>\s*<string>--mode<\/string>\s*<string>lean<\/string>/,
    "openrc": /^command_args='.* run --mode lean'$/m,
    "runit": /^exec .* run --mode lean$/m,
    "s6": /^exec .* run --mode lean$/m,
    "container": /^CMD \["run", "--mode", "lean"\]$/m,
    "compose": /- "?run"?\s+- "?--mode"?\s+- "?lean"?/,
    "kubernetes": /- "?run"?\s+- "?--mode"?\s+- "?lean"?/,
    "winsw": /run --mode lean<\/arguments>/,
  };
  for (const [kind, mark] of Object.entries(MARKS)) {
    const { code, stdout, stderr } = await app.run(["generate", kind, "--mode", "lean"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, mark, kind);
    const plain = await app.run(["generate", kind, "--mode", "all"]);
    assert.equal(plain.stdout, (await app.run(["generate", kind])).stdout);
    assert.doesNotMatch(plain.stdout, /lean/, kind);
  }
});
