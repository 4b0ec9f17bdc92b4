import assert from "node:assert/strict";
import type { AppdError } from "../base/errors.ts";
import { explain, getSetting, listValues } from "./explain.ts";
import { loadConfig } from "./load.ts";
import { homeWith } from "./home_with.ts";

const TEXT = `[server]
port = 1002
[log]
max_files = 7
[[program]]
name = "web"
command = ["./x"]
env = { TOKEN = "planted-secret" }
log = { max_age = "1d" }
ready = { http = "http://127.0.0.1:9000/" }
limits.nofile = 4096
[[notify]]
name = "chat"
webhook = "https://hooks.example.org/planted"
`;

Deno.test("explain names the layer that decides and what the others say", async () => {
  await using home = homeWith(TEXT, { flags: { "server.port": "1001" }, env: { APPD_SERVER_PORT: "1003" } });
  const { key, value, layer, where, option, variable, reload, layers } = await explain(
    await loadConfig(home),
    "server.port",
  );
  assert.deepEqual({ key, value, layer, where, option, variable, reload }, {
    key: "server.port",
    value: 1001,
    layer: "command line",
    where: "--port",
    option: "--port",
    variable: "APPD_SERVER_PORT",
    reload: "needs restart",
  });
  assert.deepEqual(layers.map(({ layer, where, value, wins }) => [layer, where, value, wins]), [
    ["command line", "--port", 1001, true],
    ["file", `${home.file}:2:8`, 1002, false],
    ["environment", "APPD_SERVER_PORT", 1003, false],
    ["default", "", 8321, false],
  ]);
});

Deno.test("a synonym is shown as the word that it stands for, in each layer and in tables", async () => {
  await using home = homeWith(
    '[log]\nlevel = "warning"\nlevels = { "appd.http" = "warning", appd = "info" }\n' +
      '[[program]]\nname = "web"\ncommand = ["./x"]\nstop_signal = "INT"\n',
    { env: { APPD_LOG_LEVEL: "warning" } },
  );
  const loaded = await loadConfig(home);
  const shown = (key: string) => getSetting(loaded, key).value;
  assert.deepEqual((await explain(loaded, "log.level")).layers.map(({ value }) => value), ["warn", "warn", "info"]);
  assert.deepEqual(shown("log.levels"), { "appd.http": "warn", appd: "info" });
  assert.deepEqual([shown("log.levels.appd.http"), shown("program.web.stop_signal")], ["warn", "SIGINT"]);
  assert.equal(listValues(loaded).find(({ key }) => key === "log.level")?.text, '"warn"');
});

Deno.test("explain of a program's setting knows what is inherited", async () => {
  await using home = homeWith(TEXT);
  const loaded = await loadConfig(home);
  const shown = async (key: string) =>
    (await explain(loaded, key)).layers.map(({ layer, where, value }) => [layer, where, value]);
  assert.deepEqual(await shown("program.web.log.max_files"), [["default", "log.max_files", 7]]);
  assert.deepEqual(await shown("program.web.log.max_age"), [["file", `${home.file}:9:19`, "1d"], [
    "default",
    "log.max_age",
    "30d",
  ]]);
  assert.deepEqual(await shown("server.token_file"), []);
});

Deno.test("values of secrets are shown nowhere", async () => {
  await using home = homeWith(TEXT);
  const loaded = await loadConfig(home);
  assert.equal(getSetting(loaded, "program.web.env").text, '{ TOKEN = "***" }');
  assert.equal(getSetting(loaded, "program.web.env.TOKEN").text, '"***"');
  assert.equal(getSetting(loaded, "notify.chat.webhook").text, '"***"');
  const all = JSON.stringify([
    listValues(loaded),
    await explain(loaded, "program.web.env"),
    await explain(loaded, "program.web.env.TOKEN"),
    await explain(loaded, "notify.chat.webhook"),
  ]);
  assert.doesNotMatch(all, /planted/);
});

Deno.test("keys of tables that are one value have values of their own", async () => {
  await using home = homeWith(TEXT);
  const loaded = await loadConfig(home);
  const text = (key: string) => getSetting(loaded, key).text;
  assert.equal(text("program.web.ready"), '{ http = "http://127.0.0.1:9000/" }');
  assert.equal(text("program.web.ready.http"), '"http://127.0.0.1:9000/"');
  assert.equal(text("program.web.ready.tcp"), "");
  assert.equal(text("program.web.limits.nofile"), "4096");
  assert.equal(text("notify.chat.every"), '"5m"');
  assert.throws(() => text("program.web.ready.htp"), (error: AppdError) => error.exit === "usage");
});

Deno.test("list has every setting once, with those of each program", async () => {
  await using home = homeWith(TEXT);
  const values = listValues(await loadConfig(home));
  const keys = values.map(({ key }) => key);
  assert.deepEqual(keys, [...new Set(keys)]);
  assert.ok(keys.includes("program.web.stop_timeout"));
  assert.deepEqual(values.find(({ key }) => key === "server.port"), {
    key: "server.port",
    value: 1002,
    text: "1002",
    layer: "file",
    where: home.file,
  });
});

Deno.test("an unknown key is a usage error with the nearest one", async () => {
  await using home = homeWith(TEXT);
  const loaded = await loadConfig(home);
  assert.throws(
    () => getSetting(loaded, "log.levle"),
    (error: AppdError) => error.exit === "usage" && error.hint === "did you mean log.level?",
  );
});
