/**
 * An app is itself: what it prints, serves, writes and generates says its own name and never appd's, it lives in files of
 * its own, and runs beside appd for the same user.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { shownCommands } from "../src/cli/command.ts";
import { APPD } from "../src/cli/command_table.ts";
import { KINDS } from "../src/service/definition.ts";
import { compiled } from "./support/compiled.ts";
import { freePort, Instance, program, type RunResult, until } from "./support/instance.ts";

const PEAR = await compiled("tests/fixtures/pear/pear.ts");

/** Where "appd" may stand in what an app says, and why. */
const ALLOWED: readonly (readonly [what: RegExp, because: string])[] = [
  [
    /\bAPPD_(JOB|RUN_ID|INSTANCE|PROGRAM|WEBHOOK_BODY|WEBHOOK_CONTENT_TYPE)\b/g,
    "what programs and jobs are told is one protocol: their scripts work under every app",
  ],
  [/\bappd_[a-z_]+/g, "metrics have the same names in all apps, so that dashboards can be shared"],
];

/** A pear, and what it says without the paths of this test, which may have any name. */
class Pear extends Instance {
  readonly user = this.env().HOME ?? "";

  constructor(config = "") {
    super(config, PEAR);
  }

  plain(text: string): string {
    return text.replaceAll(this.user, "~").replaceAll(this.binary, "/bin/pear");
  }

  /** Runs it, and finds no appd in what it says. */
  async says(...args: string[]): Promise<RunResult> {
    const result = await this.run(args);
    this.check(args.join(" "), `${result.stdout}${result.stderr}`);
    return result;
  }

  check(what: string, text: string): void {
    const rest = ALLOWED.reduce((left, [allowed]) => left.replaceAll(allowed, ""), this.plain(text));
    assert.deepEqual(rest.split("\n").filter((line) => /appd/i.test(line)), [], what);
  }
}

Deno.test("help, manual and completions of an app say its name only", async () => {
  await using pear = new Pear();
  const pages = shownCommands(APPD).filter(({ command }) => !command.houseOnly).map(({ path }) => [...path, "--help"]);
  for (const page of [["--help"], ...pages, ["man"], ["man", "--format", "markdown"]]) {
    const { code, stdout } = await pear.says(...page);
    assert.equal(code, 0, page.join(" "));
    assert.match(stdout, /pear/i);
  }
  for (const shell of ["bash", "zsh", "fish"]) {
    assert.match((await pear.says("completions", shell)).stdout, /_?pear/, shell);
  }
  assert.match((await pear.says("--help")).stdout, /~\/\.pear\/config\.toml[^]*PEAR_HOME[^]*PEAR_SECTION_KEY/);
});

Deno.test("the version is the app's", async () => {
  await using pear = new Pear();
  assert.match((await pear.says("version")).stdout, /^pear 1\.2\.3 \([0-9a-f]{12}(-dirty)?\)\n$/);
  assert.equal((await pear.says("--version")).stdout, (await pear.says("version")).stdout);
  const { name, version } = JSON.parse((await pear.says("version", "--json")).stdout);
  assert.deepEqual({ name, version }, { name: "pear", version: "1.2.3" });
});

Deno.test("what is generated for service managers and containers is the app's", async () => {
  await using pear = new Pear();
  for (const kind of KINDS) {
    const { code, stdout } = await pear.says("generate", kind);
    assert.equal(code, 0, kind);
    assert.match(pear.plain(stdout), /pear/, kind);
  }
  const unit = await pear.says("generate", "systemd", "--system");
  for (const part of ["User=pear", "StateDirectory=pear", "RuntimeDirectory=pear"]) {
    assert.ok(unit.stdout.includes(part));
  }
  assert.match(
    (await pear.says("generate", "launchd")).stdout,
    /<string>com\.pear\.daemon<\/string>[^]*PEAR_LOG_OUTPUTS/,
  );
  assert.match((await pear.says("generate", "container")).stdout, /ENV PEAR_HOME="\/var\/lib\/pear\/home"/);
  assert.match((await pear.says("generate", "kubernetes")).stdout, /\/run\/secrets\/pear/);
  assert.match((await pear.says("install", "--dry-run")).stdout, /would write ".*pear.*":\n[^]*pear/);
  await pear.says("is-installed");
});

Deno.test("the configuration is explained in the app's words", async () => {
  await using pear = new Pear();
  const starter = await pear.says("config", "init", "--stdout");
  assert.match(starter.stdout, /pear/);
  assert.match((await pear.says("config", "schema")).stdout, /pear\.http/);
  const keys = JSON.parse((await pear.says("config", "list", "--json")).stdout).map(({ key }: { key: string }) => key);
  assert.ok(keys.length > 20);
  for (const key of keys) await pear.says("config", "explain", key);
  assert.match((await pear.says("config", "explain", "server.port")).stdout, /PEAR_SERVER_PORT/);
  assert.match((await pear.says("config", "set", "log.level", "debug")).stdout, /by: pear reload/);
  assert.match((await pear.says("config", "check")).stdout, /^pear: "[^"]+" is valid/);
});

Deno.test("failures speak of the app, and their hints are commands of it", async () => {
  await using pear = new Pear();
  const table: readonly (readonly [args: string, code: number, hint: RegExp])[] = [
    ["statsu", 2, /did you mean "status"\? see: pear --help/],
    ["start --prot 1", 2, /see: pear start --help/],
    ["config get server.prot", 2, /./],
    ["reload", 3, /hint: start it: pear start\n/],
    ["jobs run nothing", 3, /pear start/],
    ["pause", 3, /pear start/],
    ["health", 1, /start it: pear start/],
    ["programs restart web", 3, /pear start/],
    ["why web", 3, /pear start/],
    ["jobs cancel a --run 1", 2, /pear jobs cancel backup/],
    ["reload --plan --confirm 5s", 2, /first: pear reload --plan/],
    ["git hooks install nothing", 1, /./],
    ["stop", 0, /not running/],
  ];
  for (const [args, code, hint] of table) {
    for (const form of [[], ["--json"]]) {
      const result = await pear.says(...args.split(" "), ...form);
      assert.equal(result.code, code, `${args}: ${result.stderr}`);
      if (form.length === 0) assert.match(result.stderr + result.stdout, hint, args);
    }
  }
  assert.match((await pear.run(["reload", "--name", "two"])).stderr, /pear --name two start/);
  pear.write('[log]\nlevles = 1\nlevels = { "no way!" = "debug" }\n[server]\nport = 99999\n');
  for (const verb of ["start", "config check", "doctor", "run"]) {
    const { code } = await pear.says(...verb.split(" "));
    assert.notEqual(code, 0, verb);
  }
});

Deno.test("a daemon of an app says its name in status, log, API, page and metrics", async () => {
  await using pear = new Pear(
    program("web", "sleep 1000", "critical = true") +
      program("bad", "kill -USR1 $$", 'restart = "never"') +
      '\n[[job]]\nname = "tick"\nevery = "1h"\ncommand = ["/bin/true"]\n',
  );
  await pear.start("--log-level", "debug");
  await until("web is ready and bad has ended", async () => {
    const { health, programs } = await pear.status();
    return health === "healthy" && programs[0].ready && programs[1].exit;
  });
  const status = await pear.status();
  assert.equal(status.name, "pear");
  assert.match(status.version, /^1\.2\.3 \(/);
  assert.match(pear.plain(status.config_file), /^~\/\.pear\/config\.toml$/);
  for (const args of ["status", "status --json", "programs", "programs graph", "events", "events --json", "health"]) {
    assert.equal((await pear.says(...args.split(" "))).code, 0, args);
  }
  for (const args of ["why web", "why bad", "why tick", "jobs", "jobs show tick", "config list", "doctor --verbose"]) {
    await pear.says(...args.split(" "));
  }
  assert.match((await pear.says("why", "bad")).stdout, /a signal that pear did not send/);
  assert.equal((await pear.says("jobs", "run", "tick", "--wait")).code, 0);
  for (const args of ["jobs history", "pause", "resume", "reload", "reload --plan", "log-rotate"]) {
    assert.equal((await pear.says(...args.split(" "))).code, 0, args);
  }
  for (const args of ["jobs cancel --run 77", "jobs show --run 77", "reload confirm", "jobs run tikc", "logs wbe"]) {
    const { code, stderr } = await pear.says(...args.split(" "));
    assert.notEqual(code, 0, `${args}: ${stderr}`);
  }
  for (const path of ["/", "/health", "/livez", "/metrics", "/openapi.json", "/api/v1/programs/bad/why", "/nothing"]) {
    pear.check(path, (await pear.get(path)).body);
  }
  assert.equal(JSON.parse((await pear.get("/health")).body).version, status.version);
  assert.deepEqual(JSON.parse((await pear.get("/openapi.json")).body).info.title, "pear");
  assert.match((await pear.get("/")).body, /<title>pear<\/title>/);
  assert.match((await pear.get("/metrics")).body, /^appd_build_info\{name="pear",version="1\.2\.3 \(.*\)"\} 1$/m);
  await pear.says("stop");
  const logs = fs.readdirSync(pear.home).filter((name) => name.startsWith("daemon.log"));
  const log = logs.map((name) => name.endsWith(".gz") ? "" : fs.readFileSync(join(pear.home, name), "utf8")).join("");
  pear.check("the log", log);
  pear.check("the files", fs.readdirSync(pear.home, { recursive: true }).join("\n"));
  assert.ok(fs.existsSync(join(pear.home, "pear.db")));
});

Deno.test("an address that is taken is told in the app's words", async () => {
  await using pear = new Pear();
  using _taken = Deno.listen({ hostname: "127.0.0.1", port: pear.port });
  assert.equal((await pear.says("start")).code, 69);
  await pear.says("doctor");
  await pear.says("doctor", "--json");
});

Deno.test("an app's variables choose its instance and its settings; appd's choose nothing", async () => {
  await using pear = new Pear();
  fs.writeFileSync(join(pear.home, "config.toml"), "");
  const [port, other] = [freePort(), freePort()];
  const env = pear.env({
    PEAR_SERVER_PORT: `${port}`,
    APPD_SERVER_PORT: `${other}`,
    APPD_HOME: "/nowhere",
    APPD_NAME: "x",
  });
  const get = async (more: Record<string, string>, ...args: string[]) =>
    pear.plain((await pear.run(args, { env: { ...env, ...more } })).stdout.trim());
  assert.equal(await get({}, "config", "get", "server.port"), `${port}`);
  assert.equal(await get({}, "config", "path"), "~/.pear/config.toml");
  assert.equal(await get({ PEAR_HOME: "/srv/pear" }, "config", "path"), "/srv/pear/config.toml");
  assert.equal(await get({ PEAR_NAME: "two" }, "config", "path"), "~/.pear/two/config.toml");
  assert.equal(await get({ PEAR_CONFIG: "/etc/p.toml" }, "config", "path"), "/etc/p.toml");
  const started = await pear.run(["start"], { env });
  assert.equal(started.code, 0, started.stderr);
  assert.equal((await pear.status()).url, `http://127.0.0.1:${port}`);
});

Deno.test("a program of an app finds its way back by the app's own variables", async () => {
  await using pear = new Pear();
  const who = program("who", `env; "${pear.binary}" status --json; sleep 1000`, 'env = { HOME = "/nowhere" }');
  fs.mkdirSync(join(pear.home, "two"), { mode: 0o700 });
  fs.writeFileSync(join(pear.home, "two/config.toml"), `[server]\nport = ${pear.port}\n${who}`);
  await pear.start("--name", "two");
  const output = join(pear.home, "two/programs/who/output.log");
  const text = await until("its status", () => /"programs"[^]*\n}\n/.test(read(output)) ? read(output) : undefined);
  assert.match(text, /^PEAR_NAME=two$/m);
  assert.match(pear.plain(text), /^PEAR_HOME=~\/\.pear$/m);
  assert.match(text, /^APPD_PROGRAM=who$/m, "what a program is told of itself has one name everywhere");
  assert.doesNotMatch(text, /^APPD_(HOME|NAME)=/m);
  assert.match(text, /"instance": "two"/);
  await pear.run(["stop", "--name", "two"]);
});

Deno.test("appd and an app run beside one another in one home directory", async () => {
  await using pear = new Pear("[daemon]\nkeep_alive = true\n");
  const port = freePort();
  const appd = (...args: string[]) =>
    new Deno.Command(pear.binary.replace(/pear$/, "appd"), {
      ...{ args, clearEnv: true, env: pear.env({ APPD_SERVER_PORT: `${port}`, APPD_DAEMON_KEEP_ALIVE: "true" }) },
    }).output();
  try {
    await pear.start();
    assert.equal((await appd("start")).code, 0);
    assert.ok(fs.existsSync(join(pear.user, ".appd/appd.db")) || fs.existsSync(join(pear.user, ".appd/daemon.pid")));
    const pids = [pear.pid(), Number(fs.readFileSync(join(pear.user, ".appd/daemon.pid"), "utf8"))];
    assert.notEqual(pids[0], pids[1]);
    const guards = () => pear.processes().map(commandLine).flatMap((line) => /\S+-guard/.exec(line)?.[0] ?? []).sort();
    assert.deepEqual(await until("both guards", () => guards().length === 2 ? guards() : undefined), [
      "appd-guard",
      "pear-guard",
    ]);
    assert.equal((await appd("stop")).code, 0);
    assert.equal((await pear.status()).pid, pids[0], "it is none of appd's business");
    await until("appd's guard has gone, and no other", () => guards().length === 1);
    assert.deepEqual(guards(), ["pear-guard"]);
  } finally {
    await appd("stop");
  }
});

function read(path: string): string {
  return fs.existsSync(path) ? fs.readFileSync(path, "utf8") : "";
}

function commandLine(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // gone
  }
}
