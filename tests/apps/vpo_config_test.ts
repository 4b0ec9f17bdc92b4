/** S4, configuration and command line: what vpo obeys, and what it says to what it does not understand. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { compiled } from "../support/compiled.ts";
import { binaryOf, freePort, type RunResult, until } from "../support/instance.ts";
import { Served, Vpo } from "../support/vpo_library.ts";

await compiled("examples/vpo/vpo.ts");

async function portOf(vpo: Vpo): Promise<number> {
  return Number(new URL((await vpo.status()).url).port);
}

/** Runs `serve`, which must not come up. */
async function refused(vpo: Vpo, ...args: string[]): Promise<RunResult> {
  const result = await vpo.run(["serve", ...args], { timeoutMs: 30_000 });
  assert.notEqual(result.code, 0, `${args}`);
  assert.match(result.stderr, /^vpo: cannot .+\n/m);
  assert.equal(result.stdout, "");
  return result;
}

Deno.test("S4 US3.1, S4 FR-021, S4 FR-003: server.port in ~/.vpo/config.toml is where it answers", async () => {
  await using vpo = new Vpo();
  assert.match(vpo.read("config.toml"), new RegExp(`port = ${vpo.port}`));
  await vpo.start();
  const { config_file, home } = await vpo.status();
  assert.deepEqual([config_file, home], [join(vpo.home, "config.toml"), vpo.home]);
  assert.ok(vpo.home.endsWith("/.vpo"));
  assert.equal((await vpo.get("/health")).status, 200);
});

Deno.test("S4 US3.2, S4 FR-023, S4 FR-032, S4 SC-007: --port wins over the file", async () => {
  await using vpo = new Vpo();
  const port = freePort();
  const served = await startElsewhere(vpo, { port, args: ["--port", `${port}`] });
  assert.equal(await portOf(vpo), port);
  await assert.rejects(vpo.get("/health"), "nobody listens where the file says");
  assert.equal((await served.stop()).code, 0);
});

/** A daemon that answers elsewhere than its file says. @param host of the URL */
async function startElsewhere(
  vpo: Vpo,
  { port, host = "127.0.0.1", args }: {
    readonly port: number;
    readonly host?: string;
    readonly args: readonly string[];
  },
): Promise<Served> {
  const served = new Served(vpo.spawn(["serve", ...args]));
  await until(`it answers on ${host}:${port}`, async () => {
    if (served.code !== undefined) return true;
    const response = await fetch(`http://${host}:${port}/readyz`);
    await response.body?.cancel();
    return response.ok;
  });
  assert.equal(served.code, undefined, served.stderr);
  return served;
}

const MALFORMED: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  "no TOML": ["[server\nport = 9000\n", /config\.toml/],
  "a port that is none": [`[server]\nport = 70000\n`, /config\.toml:2:\d+: .*server\.port is 70000/],
  "a key that nobody knows": [`[library]\ninbocks = "x"\n`, /config\.toml:2:\d+: .*inbocks[\s\S]*inbox/],
  "a section that nobody knows": [`[libary]\n`, /config\.toml:1:\d+: .*libary/],
  "a folder inside the other": [`[library]\noutbox = "inbox/done"\n`, /outbox.*one is in the other/],
  "a command without its paths": [`[library]\ncommand = ["cp", "{input}"]\n`, /command.*does not say \{output\}/],
  "a container that is none": [`[library]\ncontainers = ["vhs"]\n`, /containers.*vhs/],
};
for (const [what, [text, says]] of Object.entries(MALFORMED)) {
  Deno.test(`S4 US3.3, S4 FR-026, S4 SC-008: a malformed file: ${what}`, async () => {
    await using vpo = new Vpo();
    fs.writeFileSync(join(vpo.home, "config.toml"), text);
    const { code, stderr } = await refused(vpo);
    assert.equal(code, 78);
    assert.match(stderr, says);
    assert.match(stderr, /^\d+ \| .*\n +\| +\^/m, "the place is drawn");
    assert.equal(fs.existsSync(join(vpo.home, "library.db")), false, "nothing was touched");
    assert.equal((await vpo.run(["config", "check"])).code, 78);
  });
}

Deno.test("S4 US3.4: without a file it starts on its defaults", async () => {
  await using vpo = new Vpo();
  fs.rmSync(join(vpo.home, "config.toml"));
  const served = await startElsewhere(vpo, { port: vpo.port, args: ["--port", `${vpo.port}`] });
  vpo.drop("a.flv");
  await vpo.reaches("a.flv", "done");
  assert.deepEqual(vpo.places(), ["outbox/a.flv"]);
  assert.equal((await served.stop()).code, 0);
});

Deno.test("S4 FR-025, S4 US3.4, S4 ServerConfig, S4 Clarification 2, S4 Assumption 6, S4 Assumption 7: bind, port, log level and log format are settings with the document's defaults", async () => {
  await using vpo = new Vpo();
  fs.rmSync(join(vpo.home, "config.toml"));
  const value = async (key: string) => (await vpo.run(["config", "get", key])).stdout.trim().replaceAll('"', "");
  const keys = ["server.bind", "server.port", "log.level", "log.format", "daemon.shutdown_timeout"];
  assert.deepEqual(await Promise.all(keys.map(value)), ["127.0.0.1", "8321", "info", "text", "30s"]);
});

Deno.test("S4 FR-021, S4 FR-025: the example of a configuration is accepted, and has the defaults", async () => {
  await using vpo = new Vpo();
  const example = new URL("../../examples/vpo/config.toml", import.meta.url).pathname;
  assert.equal((await vpo.run(["config", "check", "--config", example])).code, 0);
  fs.rmSync(join(vpo.home, "config.toml"));
  const values = async (...args: string[]) => {
    const { stdout } = await vpo.run(["config", "list", "--json", ...args]);
    const settings: { key: string; value: unknown }[] = JSON.parse(stdout);
    return settings.filter(({ key }) => /^(library|server|log|daemon)\./.test(key)).map((
      { key, value },
    ) => [key, value]);
  };
  assert.deepEqual(await values("--config", example), await values());
});

Deno.test("S4 FR-022: --config names another file", async () => {
  await using vpo = new Vpo();
  const [other, port] = [join(vpo.home, "other.toml"), freePort()];
  fs.writeFileSync(other, `[server]\nport = ${port}\n`);
  const served = await startElsewhere(vpo, { port, args: ["--config", other] });
  assert.equal((await vpo.status()).config_file, other);
  assert.equal((await served.stop()).code, 0);
  const missing = await refused(vpo, "--config", join(vpo.home, "nowhere.toml"));
  assert.match(missing.stderr, /nowhere\.toml/);
});

Deno.test("S4 FR-024: the file wins over the environment, which wins over the default", async () => {
  await using vpo = new Vpo({ more: `[log]\nformat = "json"` });
  const env = vpo.env({
    VPO_LOG_FORMAT: "text",
    VPO_LOG_LEVEL: "warn",
    VPO_LIBRARY_SETTLE: "7s",
    VPO_LIBRARY_TIMEOUT: "8s",
  });
  const value = async (key: string) =>
    (await vpo.run(["config", "get", key], { env })).stdout.trim().replaceAll('"', "");
  const keys = ["log.format", "log.level", "library.settle", "library.timeout"];
  assert.deepEqual(await Promise.all(keys.map(value)), ["json", "warn", "100ms", "8s"]);
  const { stdout } = await vpo.run(["config", "explain", "log.format"], { env });
  assert.match(stdout, /config\.toml/);
});

Deno.test("S4 FR-031, S4 FR-003, S4 Assumption 6: --bind is the address where it answers", async () => {
  await using vpo = new Vpo();
  // Not every host has IPv6; another address of the loopback has each.
  const hasIpv6 = Deno.networkInterfaces().some(({ address }) => address === "::1");
  const [bind, host] = hasIpv6 ? ["::1", "[::1]"] : ["127.0.0.2", "127.0.0.2"];
  const served = await startElsewhere(vpo, { port: vpo.port, host, args: ["--bind", bind] });
  await assert.rejects(vpo.get("/health"), "not on the other one");
  assert.equal((await served.stop()).code, 0);
  const { stderr } = await refused(vpo, "--bind", "0.0.0.0");
  assert.match(stderr, /token_file/, "an address for everybody needs a token");
});

Deno.test("S4 FR-033, S4 FR-014, S4 SC-007: --log-level wins over the file; the four levels, and warning for warn", async () => {
  await using vpo = new Vpo({ more: `[log]\nlevel = "error"` });
  const said = async (...args: string[]) => {
    const served = await vpo.serve("--log-format", "json", ...args);
    vpo.drop(`${args.at(-1)}.txt`, "no video");
    await vpo.reaches(`${args.at(-1)}.txt`, "quarantined");
    await served.stop();
    return new Set(served.records().map(({ level }) => level.toLowerCase()));
  };
  assert.deepEqual([...await said("--log-level", "debug")].sort(), ["debug", "info", "warn"]);
  assert.deepEqual([...await said("--log-level", "info")].sort(), ["info", "warn"]);
  assert.deepEqual([...await said("--log-level", "warning")], ["warn"]);
  assert.deepEqual([...await said("--log-level", "error")], []);
  assert.equal((await vpo.run(["serve", "--log-level", "loud"])).code, 2);
});

Deno.test("S4 FR-034, S4 FR-023: --log-format wins over the file", async () => {
  await using vpo = new Vpo({ more: `[log]\nformat = "json"` });
  const text = await vpo.serve("--log-format", "text");
  await text.stop();
  assert.match(text.stderr, /^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {2}vpo: /);
  const json = await vpo.serve();
  await json.stop();
  assert.ok(json.records().length > 3);
  assert.equal((await vpo.run(["serve", "--log-format", "xml"])).code, 2);
});

Deno.test("S4 FR-035: serve --help has every option of the daemon, with what it takes and its default", async () => {
  await using vpo = new Vpo();
  const { code, stdout, stderr } = await vpo.run(["serve", "--help"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const options = ["--bind", "--port", "--log-level", "--log-format", "--log-file", "--pid-file", "--shutdown-timeout"];
  for (const option of [...options, "--config", "--home"]) {
    assert.match(stdout, new RegExp(`^ +${option}\\b.* {2}\\S`, "m"));
  }
  for (const word of ["debug", "info", "warn", "error", "text", "json", "8321", "127.0.0.1", "30s", "~/.vpo"]) {
    assert.ok(stdout.includes(word), word);
  }
  assert.doesNotMatch(stdout, /\bappd\b/, "it speaks of nobody else");
});

Deno.test("S4 SC-006: what changes in the file holds after a restart", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  const port = freePort();
  assert.equal((await vpo.run(["config", "set", "server.port", `${port}`])).code, 0);
  assert.equal((await vpo.run(["config", "set", "library.outbox", "elsewhere"])).code, 0);
  assert.equal((await vpo.run(["restart"])).code, 0);
  assert.equal(await portOf(vpo), port);
  vpo.drop("a.flv");
  await until("it is in the other outbox", () => fs.existsSync(join(vpo.home, "elsewhere/a.flv")));
});

Deno.test("S4 Assumption 4: SIGHUP applies what changed in the file, and files are worked on all the while", async () => {
  await using vpo = new Vpo();
  const served = await vpo.serve();
  vpo.configure({ library: `outbox = "elsewhere"` });
  served.kill("SIGHUP");
  await until("it was applied", async () => (await vpo.status()).last_reload?.ok === true);
  vpo.drop("a.flv");
  await until("it is in the other outbox", () => fs.existsSync(join(vpo.home, "elsewhere/a.flv")));
  assert.equal((await served.stop()).code, 0);
});

const FAILURES: Readonly<Record<string, (vpo: Vpo) => readonly string[]>> = {
  "the home is a file": (vpo) => {
    fs.writeFileSync(join(vpo.home, "file"), "");
    return ["--home", join(vpo.home, "file")];
  },
  "an unknown address": () => ["--bind", "192.0.2.1"],
  "a database of a later version": (vpo) => {
    const made = new Deno.Command(binaryOf("vpo"), { args: ["start"], env: vpo.env(), clearEnv: true }).outputSync();
    assert.ok(made.success);
    new Deno.Command(binaryOf("vpo"), { args: ["stop"], env: vpo.env(), clearEnv: true }).outputSync();
    addMigration(join(vpo.home, "library.db"));
    return [];
  },
};

/** As a later vpo would leave it. */
function addMigration(path: string): void {
  using db = new DatabaseSync(path);
  db.exec("INSERT INTO store_migration VALUES ('vpo', 3, 'later', 0, NULL); PRAGMA user_version = 0");
}

for (const [what, prepare] of Object.entries(FAILURES)) {
  Deno.test(`S4 SC-008, S4 FR-036, S4 FR-037, S4 FR-038: a start that fails says why, without a stack: ${what}`, async () => {
    await using vpo = new Vpo();
    const { stderr } = await refused(vpo, ...prepare(vpo));
    assert.match(stderr, /^hint: \S/m);
    assert.doesNotMatch(stderr, /^\s+at /m);
  });
}

Deno.test("S4 Edge 4, S4 FR-026: a configuration that may not be read is a clear error", async () => {
  await using vpo = new Vpo();
  const place = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "vpo-locked-"));
  const [binary, config, home] = [join(place, "vpo"), join(place, "locked.toml"), join(place, "home")];
  fs.chmodSync(place, 0o755);
  fs.copyFileSync(binaryOf("vpo"), binary); // Another user may not read the directory of the build.
  fs.writeFileSync(config, "");
  fs.chmodSync(config, 0);
  fs.mkdirSync(home, { mode: 0o700 });
  const isRoot = Deno.uid() === 0; // Who can read everything, and gives that up here.
  if (isRoot) fs.chownSync(home, 65534, 65534);
  const user = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"];
  const [program = "", ...args] = [...user, binary, "serve", "--home", home, "--config", config];
  const { code, stderr } = await new Deno.Command(program, {
    ...{ args, env: vpo.env(), clearEnv: true, signal: AbortSignal.timeout(30_000) },
  }).output();
  fs.rmSync(place, { recursive: true });
  const said = new TextDecoder().decode(stderr);
  assert.equal(code, 77, said);
  assert.match(said, /cannot read .*locked\.toml.*permission denied/);
  assert.match(said, /hint: \S/);
});
