/** What an app says of its command line and its configuration, on the compiled fixture tests/fixtures/plum. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { compiled } from "./support/compiled.ts";
import { Instance, type RunResult, until } from "./support/instance.ts";

const PLUM = await compiled("tests/fixtures/plum/plum.ts");

/** A home of the app with this configuration and nothing else in it. */
function plum(config = ""): Instance {
  const instance = new Instance("", PLUM);
  fs.writeFileSync(join(instance.home, "config.toml"), config);
  return instance;
}

function refused(result: RunResult, code: number, ...lines: readonly (string | RegExp)[]): void {
  assert.equal(result.code, code, result.stderr);
  for (const line of lines) assert.match(result.stderr, typeof line === "string" ? new RegExp(`^${line}$`, "m") : line);
}

Deno.test("help, man page and completions have the app's commands, modes and options", async () => {
  await using app = plum();
  const help = (await app.run(["--help"])).stdout;
  assert.match(help, /^plum: an orchard as a service\n/);
  assert.match(help, /\nplum:\n {2}pick, take, --pick .*\n {2}shop .*\n {2}visit, --visit .*\n.*\n {2}daemon /);
  assert.match((await app.run(["help", "pick"])).stdout, /Usage: plum pick \[SORT\] \[OPTIONS\][^]*-c, --count COUNT/);
  assert.match(
    (await app.run(["daemon", "start", "--help"])).stdout,
    /--port PORT [^]*default 7117[^]*--trees|--trees[^]*default 7117/,
  );
  assert.match((await app.run(["man"])).stdout, /\.SS plum pick \[SORT\] \[OPTIONS\]/);
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await app.run(["completions", shell]);
    for (const word of ["mirabelle", "visit", "settings.timezone", "log-rotate"]) {
      assert.ok(stdout.includes(word), `${shell} ${word}`);
    }
  }
  const bash = `${(await app.run(["completions", "bash"])).stdout}
    COMP_WORDS=(plum daemon st) COMP_CWORD=2; _plum; echo "\${COMPREPLY[@]}"`;
  const { stdout } = await new Deno.Command("bash", { args: ["-c", bash] }).output();
  assert.equal(new TextDecoder().decode(stdout), "start stop status\n");
});

Deno.test("a command gets arguments, options and configuration, and answers as --json and --quiet want it", async () => {
  await using app = plum("trees = 5\n");
  assert.equal((await app.run(["pick"])).stdout, "picked 1 mirabelle of 5 trees\n");
  assert.equal((await app.run(["--pick", "damson", "-c", "3"])).stdout, "picked 3 damson of 5 trees\n");
  assert.equal((await app.run(["take", "--quiet"])).stdout, "");
  const { options, configFile } = JSON.parse(
    (await app.run(["pick", "--within", "1m30s", "--gently", "--json"])).stdout,
  );
  assert.deepEqual(options, { count: 1, within: 90_000, gently: true });
  assert.equal(configFile, join(app.home, "config.toml"));
  assert.equal((await app.run(["pick", "-c", "0"])).code, 1);
});

Deno.test("usage errors name the nearest, and two verbs at once do nothing", async () => {
  await using app = plum();
  refused(await app.run(["pik"]), 2, 'plum: cannot run "pik": unknown command', 'hint: did you mean "pick".*');
  refused(await app.run(["pick", "damsn"]), 2, /did you mean "damson"/);
  refused(await app.run(["pick", "--cuont", "1"]), 2, /did you mean "--count"/);
  refused(await app.run(["shop", "aks"]), 2, /did you mean "ask"\? see: plum shop --help/);
  refused(await app.run(["daemon", "stat"]), 2, /cannot run "daemon stat"/);
  for (
    const words of [["--visit", "--daemon"], ["--visit", "--harvest"], ["visit", "--stop"], ["--pick", "--status"]]
  ) {
    refused(await app.run(words), 2, /at once: give one of them/);
  }
  refused(await app.run(["start", "--host", "::1", "--bind", "::1"]), 2, /at once: both set server\.bind/);
  assert.deepEqual(fs.readdirSync(app.home), ["config.toml"]);
});

Deno.test("what a command throws is told as every failure is", async () => {
  await using app = plum();
  refused(await app.run(["shop", "fall"]), 69, 'plum: cannot climb "tree": it is wet', "hint: wait: plum status");
  refused(await app.run(["shop", "break"]), 70, "plum: internal error .*: no such branch");
  const { error } = JSON.parse((await app.run(["shop", "fall", "--json"])).stderr);
  assert.deepEqual([error.code, error.hint], [69, "wait: plum status"]);
});

Deno.test("a command asks the daemon, and without one ends with 3", async () => {
  await using app = plum("port = 0\n");
  refused(
    await app.run(["shop", "ask"]),
    3,
    'plum: cannot ask "plum": the daemon is not running',
    "hint: start it: plum start",
  );
  await app.start();
  assert.equal((await app.run(["shop", "ask"])).stdout, "200 healthy\n");
});

Deno.test("the verbs under the app's word are the verbs", async () => {
  await using app = plum('port = 0\n[[job]]\nname = "prune"\nevery = "1h"\ncommand = ["/bin/true"]\n');
  assert.equal((await app.run(["daemon", "status"])).code, 3);
  assert.match((await app.run(["daemon", "start", "--trees", "7"])).stdout, /^plum: running as PID \d+/);
  assert.equal((await app.status()).state, "ready");
  assert.match((await app.run(["daemon", "logs"])).stdout, /plum is ready/);
  assert.equal((await app.run(["daemon", "reload"])).code, 0);
  assert.equal((await app.run(["daemon", "log-rotate"])).code, 0);
  assert.equal((await app.run(["daemon", "pause"])).code, 0);
  assert.match((await app.run(["daemon", "restart"])).stdout, /stopped PID \d+, graceful[^]*running as PID/);
  assert.equal((await app.run(["daemon", "stop"])).code, 0);
  assert.equal((await app.run(["status"])).code, 3);
});

Deno.test("a mode runs in the foreground, by word and by flag, with the options of run", async () => {
  await using app = plum();
  for (const words of [["visit"], ["--visit"]]) {
    const child = app.spawn([...words, "--port", "0", "--trees", "2"]);
    try {
      await until("ready", async () => (await app.status()).state === "ready");
      assert.equal((await app.status()).pid, child.pid);
    } finally {
      child.kill("SIGTERM");
    }
    const { code, stderr } = await child.output();
    assert.equal(code, 0);
    assert.match(new TextDecoder().decode(stderr), /plum is ready/);
  }
});

Deno.test("an unknown key, a bad value and a key in two spellings stand at their line, and end with 78", async () => {
  await using app = plum('trees = 4\n\n[orchard]\nsrot = "damson"\n');
  const file = join(app.home, "config.toml");
  for (const words of [["config", "check"], ["start"], ["pick"], ["run"]]) {
    refused(
      await app.run(words),
      78,
      `plum: .*${file}:4:1: orchard.srot is not a known setting`,
      'hint: did you mean "sort"\\?',
    );
  }
  fs.writeFileSync(file, 'port = 70000\n[settings]\ntimezone = "Mars"\n[server]\nbind = "x"\nport = 1\n');
  const { code, stderr } = await app.run(["config", "check"]);
  assert.equal(code, 78);
  for (
    const place of [
      "1:1: port is the same setting as server.port",
      "3:12: settings.timezone is",
      "5:8: server.bind is",
      "6:1: server.port is the same",
    ]
  ) {
    assert.ok(stderr.includes(`${file}:${place}`), `${place} in ${stderr}`);
  }
});

Deno.test("option over file over variable over the app's default over appd's", async () => {
  await using app = plum("");
  const env = app.env({ PLUM_SERVER_PORT: "0", PLUM_ORCHARD_TREES: "8", PLUM_LOG_FORMAT: "json" });
  const value = async (key: string, more = {}) => (await app.run(["config", "get", key], more)).stdout.trim();
  assert.deepEqual([await value("port"), await value("orchard.sort"), await value("log.format")], [
    "7117",
    "mirabelle",
    "text",
  ]);
  assert.deepEqual([await value("server.port", { env }), await value("trees", { env })], ["0", "8"]);
  fs.writeFileSync(join(app.home, "config.toml"), "trees = 9\n");
  assert.deepEqual([await value("orchard.trees", { env }), await value("log.format", { env })], ["9", "json"]);
  assert.equal((await app.run(["start", "--trees", "10"], { env })).code, 0);
  const state = JSON.parse(fs.readFileSync(join(app.home, "state.json"), "utf8"));
  assert.deepEqual(state.flags, { "orchard.trees": "10" });
  const explained = JSON.parse((await app.run(["config", "explain", "trees", "--json"], { env })).stdout);
  assert.deepEqual([explained.also, explained.option, explained.variable], [
    "orchard.trees",
    "--trees",
    "PLUM_ORCHARD_TREES",
  ]);
  assert.deepEqual(explained.layers.map((one: { layer: string; value: number }) => [one.layer, one.value]), [
    ["file", 9],
    ["environment", 8],
    ["default", 12],
  ]);
  refused(await app.run(["run", "--trees", "0"]), 2, /option --trees: trees is 0, expected 1 to 999/);
  const bad = await app.run(["pick"], { env: app.env({ PLUM_ORCHARD_TREES: "x" }) });
  refused(bad, 78, /variable PLUM_ORCHARD_TREES: trees is "x", expected a whole number, 1 to 999/);
});

Deno.test("config set, get, list, init and schema speak the app's keys", async () => {
  await using app = plum("# mine\nport = 1 # the port\n");
  const file = join(app.home, "config.toml");
  await app.run(["config", "set", "server.port", "4000"]);
  await app.run(["config", "set", "timezone", "UTC"]);
  await app.run(["config", "set", "orchard.sort", "damson"]);
  assert.equal(
    fs.readFileSync(file, "utf8"),
    '# mine\nport = 4000 # the port\n\n[settings]\ntimezone = "UTC"\n\n[orchard]\nsort = "damson"\n',
  );
  refused(await app.run(["config", "set", "port", "70000"]), 78, /port is 70000/);
  refused(await app.run(["config", "get", "prot"]), 2, "hint: did you mean port\\?");
  assert.match((await app.run(["config", "list"])).stdout, /^settings\.timezone +"UTC" +file/m);
  const schema = JSON.parse((await app.run(["config", "schema"])).stdout);
  assert.equal(schema.title, "Configuration of plum");
  assert.deepEqual(Object.keys(schema.properties.settings.properties), ["timezone"]);
  fs.unlinkSync(file);
  await app.run(["config", "init"]);
  assert.match(fs.readFileSync(file, "utf8"), /^# port = 7117$[^]*^\[orchard\]$[^]*^# sort = "mirabelle"$/m);
  assert.equal((await app.run(["config", "check"])).code, 0);
});

Deno.test("a reload says what the app's settings say of it", async () => {
  await using app = plum("port = 0\n");
  await app.start();
  fs.writeFileSync(join(app.home, "config.toml"), 'port = 1\ntrees = 3\n[orchard]\nripe_after = "1d"\n');
  const { changes } = JSON.parse((await app.run(["reload", "--json"])).stdout);
  assert.deepEqual(changes, [
    { key: "trees", effect: "applied" },
    { key: "port", effect: "needs restart" },
    { key: "orchard.ripe_after", effect: "needs restart" },
  ]);
});

Deno.test("what the app makes of its settings holds for every verb, from the directory of the start on", async () => {
  await using app = plum("trees = 13\n");
  for (const words of [["config", "check"], ["start"], ["status", "--json"]]) {
    const { code, stderr } = await app.run(words);
    if (words[0] === "status") assert.equal(code, 3);
    else refused({ code, stderr, stdout: "" }, 78, 'plum: cannot plant "13": it brings bad luck', "hint: plant 12");
  }
  fs.writeFileSync(join(app.home, "config.toml"), "trees = 12\n");
  refused(await app.run(["config", "set", "trees", "13"]), 78, /bad luck/);
  assert.equal(fs.readFileSync(join(app.home, "config.toml"), "utf8"), "trees = 12\n");

  const closed = join(app.home, "gate");
  fs.mkdirSync(closed);
  fs.writeFileSync(join(app.home, "config.toml"), "port = 0\n[orchard]\nopen = false\n");
  assert.equal((await app.run(["start"], { cwd: closed })).code, 0);
  assert.equal((await app.status()).log_file, join(closed, "closed.log"));
  assert.equal((await app.run(["restart"], { cwd: "/" })).code, 0);
  assert.equal((await app.status()).log_file, join(closed, "closed.log"));
});

Deno.test("the doctor reads the neighbours of an app by the app's own schema", async () => {
  await using app = plum("port = 8123\n");
  fs.mkdirSync(join(app.home, "two"));
  fs.writeFileSync(join(app.home, "two", "config.toml"), "port = 8123\ntrees = 3\n");
  assert.match((await app.run(["doctor"])).stdout, /8123.*two|two.*8123/);
});
