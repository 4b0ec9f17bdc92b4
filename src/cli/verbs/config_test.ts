import { APPD_APP } from "../../app/kit/app.ts";
import assert from "node:assert/strict";
import fs from "node:fs";
import { realSystem } from "../../system/system.ts";
import { APPD } from "../command_table.ts";
import { fakeTerminal } from "../fake_terminal.ts";
import { main } from "../run.ts";

/** An empty home, removed at the end. */
function emptyHome() {
  const home = fs.mkdtempSync("/tmp/appd-config-");
  return { home, file: `${home}/config.toml`, [Symbol.dispose]: () => fs.rmSync(home, { recursive: true }) };
}

async function config(home: string, ...args: string[]) {
  const terminal = fakeTerminal();
  const system = realSystem();
  const env = { PATH: "/bin", APPD_SERVER_BIND: "::1", APPD_SEVER_PORT: "1" };
  const code = await main({ program: APPD, app: APPD_APP }, ["config", "--home", home, ...args], {
    ...system,
    terminal,
    host: { ...system.host, env },
  });
  return { code, stdout: terminal.stdout, stderr: terminal.stderr };
}

Deno.test("init writes once, set keeps comments, get reads back", async () => {
  using place = emptyHome();
  assert.equal((await config(place.home, "init")).stdout, `appd: wrote "${place.file}"\n`);
  const again = await config(place.home, "init");
  assert.deepEqual([again.code, again.stdout], [73, ""]);
  const before = fs.readFileSync(place.file, "utf8");
  assert.match((await config(place.home, "set", "server.port", "9000")).stdout, /appd --home \S+ restart\n$/);
  assert.match((await config(place.home, "set", "server.port", "9000")).stdout, /says so already/);
  const after = fs.readFileSync(place.file, "utf8");
  assert.deepEqual(after.split("\n").filter((line) => line !== "port = 9000"), before.split("\n"));
  assert.equal((await config(place.home, "get", "server.port")).stdout, "9000\n");
  assert.equal((await config(place.home, "get", "log.level")).stdout, "info\n");
});

Deno.test("a bad value is 78 and not written, a bad key is 2 and names the nearest", async () => {
  using place = emptyHome();
  assert.equal((await config(place.home, "set", "log.level", "loud")).code, 78);
  const { code, stderr } = await config(place.home, "get", "srver.port");
  assert.equal(code, 2);
  assert.match(stderr, /server\.port/);
  assert.deepEqual(fs.readdirSync(place.home), []);
});

Deno.test("check names every problem with its place", async () => {
  using place = emptyHome();
  fs.writeFileSync(place.file, '[server]\nport = 70000\nprot = 1\n[log]\nlevel = "loud"\n');
  const { code, stderr } = await config(place.home, "check");
  assert.equal(code, 78);
  for (const spot of ["config.toml:2:8", "config.toml:3:1", "config.toml:5:"]) assert.ok(stderr.includes(spot), stderr);
  fs.writeFileSync(place.file, "");
  const good = await config(place.home, "check");
  assert.deepEqual([good.code, good.stdout], [0, `appd: "${place.file}" is valid\n`]);
  assert.match(good.stderr, /warning: variable APPD_SEVER_PORT is not known/);
});

Deno.test("check warns of what this host lacks and stays 0", async () => {
  using place = emptyHome();
  fs.writeFileSync(place.file, '[[program]]\nname = "web"\ncommand = ["/no/such", "$PORT"]\ncwd = "/"\n');
  const { code, stdout, stderr } = await config(place.home, "check");
  assert.deepEqual([code, stdout], [0, `appd: "${place.file}" is valid\n`]);
  assert.match(stderr, /^appd: warning: .*config\.toml:3:12: program\.web\.command\[1\] cannot be run/m);
  assert.match(stderr, /^appd: warning: .*config\.toml:3:24: program\.web\.command\[2\] is "\$PORT"/m);
  const { warnings } = JSON.parse((await config(place.home, "check", "--json")).stdout);
  assert.equal(warnings.length, 3);
});

Deno.test("list and explain say where a value comes from", async () => {
  using place = emptyHome();
  fs.writeFileSync(place.file, "[server]\nport = 9000\n");
  const { stdout } = await config(place.home, "list");
  assert.match(stdout, /^server\.bind +"::1" +environment, APPD_SERVER_BIND$/m);
  assert.match(stdout, /^server\.port +9000 +file, /m);
  assert.match(stdout, /^log\.level +"info" +default$/m);
  const explained = (await config(place.home, "explain", "server.port")).stdout;
  assert.match(explained, /^server\.port = 9000\n {2}from file, .*config\.toml:2:8$/m);
  assert.match(explained, /^ {2}\* file, .*: 9000\n {4}default: 8321$/m);
  const layers = JSON.parse((await config(place.home, "explain", "server.bind", "--json")).stdout).layers;
  assert.deepEqual(layers.map((one: { layer: string }) => one.layer), ["environment", "default"]);
});

Deno.test("path and schema need no file", async () => {
  using place = emptyHome();
  assert.equal((await config(place.home, "path")).stdout, `${place.file}\n`);
  assert.equal(JSON.parse((await config(place.home, "schema")).stdout).title, "Configuration of appd");
  assert.match((await config(place.home, "init", "--stdout")).stdout, /^\[server\]$/m);
  assert.deepEqual(fs.readdirSync(place.home), []);
});
