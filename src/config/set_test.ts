import assert from "node:assert/strict";
import type { AppdError } from "../base/errors.ts";
import { APPD_SCHEMA } from "../schema/appd_schema.ts";
import { starterToml } from "../schema/starter.ts";
import { systemFiles } from "../system/files.ts";
import { ConfigError } from "./config_error.ts";
import { initConfig } from "./init.ts";
import { loadConfig } from "./load.ts";
import { homeWith } from "./home_with.ts";
import { setSetting } from "./set.ts";

const files = systemFiles;

Deno.test("set changes one value, keeps comments and the file's mode", async () => {
  await using home = homeWith("# mine\n[server]\nport = 1000 # old\n");
  await Deno.chmod(home.file, 0o640);
  const result = await setSetting({ ...home, files }, "server.port", "2000");
  assert.deepEqual(result, { key: "server.port", file: home.file, changed: true, reload: "needs restart" });
  assert.equal(await Deno.readTextFile(home.file), "# mine\n[server]\nport = 2000 # old\n");
  assert.equal((await Deno.stat(home.file)).mode! & 0o777, 0o640);
  assert.equal((await setSetting({ ...home, files }, "server.port", "2000")).changed, false);
});

Deno.test("set makes a private file when there is none", async () => {
  await using home = homeWith(undefined);
  await setSetting({ ...home, files }, "log.outputs", '["file", "journald"]');
  assert.equal(await Deno.readTextFile(home.file), '[log]\noutputs = ["file", "journald"]\n');
  assert.equal((await Deno.stat(home.file)).mode! & 0o777, 0o600);
});

Deno.test("set works through the starter file", async () => {
  await using home = homeWith(starterToml(APPD_SCHEMA, "appd"));
  for (const [key, text] of [["server.port", "1"], ["log.levels.appd.http", "warning"], ["timezone", "UTC"]] as const) {
    await setSetting({ ...home, files }, key, text);
  }
  const { config } = await loadConfig(home);
  assert.deepEqual([config.server.port, config.log.levels, config.timezone], [1, { "appd.http": "warn" }, "UTC"]);
});

Deno.test("set reaches into the tables of a program", async () => {
  await using home = homeWith('[[program]]\nname = "web"\ncommand = ["x"]\nready = { tcp = 80 }\n');
  const set = (key: string, text: string) => setSetting({ ...home, files }, `program.web.${key}`, text);
  await set("ready.period", "5s");
  await set("live.http", "http://127.0.0.1:80/");
  await set("limits", "nofile=1024");
  await set("limits.memlock", "1MiB");
  await assert.rejects(set("ready.http", "http://127.0.0.1/"), /has http and tcp, and takes one/);
  const [program] = (await loadConfig(home)).config.programs;
  assert.deepEqual(program?.limits, { nofile: "1024:1024", memlock: "1048576:1048576" });
  assert.equal(program?.ready?.period, 5000);
  assert.deepEqual(program?.live?.method, { kind: "http", url: "http://127.0.0.1:80/" });
});

Deno.test("set reaches a program by its name, also one with a dot", async () => {
  await using home = homeWith(
    '[[program]]\nname = "a"\ncommand = ["x"]\n[[program]]\nname = "a.log"\ncommand = ["y"]\n',
  );
  await setSetting({ ...home, files }, "program.a.log.max_files", "3");
  await setSetting({ ...home, files }, "program.a.log.restart", "never");
  await setSetting({ ...home, files }, "program.a.env.MODE", "1");
  const { programs } = (await loadConfig(home)).config;
  assert.deepEqual(programs.map(({ log, restart, env }) => [log.maxFiles, restart, env]), [
    [3, "always", { MODE: "1" }],
    [5, "never", {}],
  ]);
});

Deno.test("set refuses what would be invalid and leaves the file alone", async () => {
  const text = "[server]\nport = 1000\n";
  await using home = homeWith(text);
  for (
    const [key, value] of [["server.port", "x"], ["server.port", "70000"], ["server.bind", "0.0.0.0"], [
      "log.outputs",
      "[file",
    ]] as const
  ) {
    await assert.rejects(
      setSetting({ ...home, files }, key, value),
      (error) => error instanceof ConfigError && error.exit === "config",
    );
  }
  assert.equal(await Deno.readTextFile(home.file), text);
  assert.deepEqual([...Deno.readDirSync(home.home)].map(({ name }) => name), ["config.toml"]);
});

Deno.test("what is refused is the value, and not a line that the file does not have", async () => {
  await using home = homeWith("[server]\nport = 1000\n");
  const refusal = async (key: string, value: string) => {
    const error = await setSetting({ ...home, files }, key, value).then(() => assert.fail("written"), (error) => error);
    assert.ok(error instanceof ConfigError);
    return error.message.replace(home.file, "");
  };
  const message = 'cannot set "server.port", nothing is written: server.port is 70000, expected 0 to 65535';
  assert.equal(await refusal("server.port", "70000"), message);
  Deno.writeTextFileSync(home.file, '[server]\nport = 1000\n[log]\nlevel = "loud"\n');
  assert.equal(
    await refusal("server.port", "70000"),
    'cannot set "server.port", nothing is written: 2 problems\nserver.port is 70000, expected 0 to 65535\n' +
      ':4:9: log.level is "loud", expected "debug", "info", "warn" (also "warning") or "error"\n4 | level = "loud"\n  |         ^^^^^^',
  );
});

Deno.test("set names the nearest key", async () => {
  await using home = homeWith('[[program]]\nname = "web"\ncommand = ["x"]\n');
  const hint = async (key: string) => {
    let found: AppdError | undefined;
    await assert.rejects(
      setSetting({ ...home, files }, key, "1"),
      (error: AppdError) => (found = error, error.exit === "usage"),
    );
    return found?.hint;
  };
  assert.equal(await hint("server.prot"), "did you mean server.port?");
  assert.equal(await hint("port"), "did you mean server.port?");
  assert.equal(await hint("program.web.comand"), "did you mean program.web.command?");
  assert.equal(await hint("program.wob.command"), "write program.NAME.KEY; known names: web");
  assert.equal(await hint("__proto__.x"), "see all settings: appd config list");
});

Deno.test("set does not replace a symbolic link", async () => {
  await using home = homeWith(undefined);
  await Deno.writeTextFile(`${home.home}/real`, "");
  await Deno.symlink("real", home.file);
  await assert.rejects(setSetting({ ...home, files }, "server.port", "1"), /is a symbolic link/);
});

Deno.test("init writes once, and again only by force", async () => {
  await using home = homeWith(undefined);
  const path = `${home.home}/new/config.toml`;
  initConfig({ files, path, text: "a = 1\n", force: false });
  assert.throws(
    () => initConfig({ files, path, text: "b = 1\n", force: false }),
    (error: AppdError) => error.exit === "cannotCreate",
  );
  assert.equal(await Deno.readTextFile(path), "a = 1\n");
  initConfig({ files, path, text: "b = 1\n", force: true });
  assert.equal(await Deno.readTextFile(path), "b = 1\n");
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
});
