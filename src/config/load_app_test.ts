import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { createProduct } from "../base/product.ts";
import { appSchema } from "../schema/app_schema.ts";
import { integer, text } from "../schema/kinds.ts";
import { section } from "../schema/section.ts";
import { setting } from "../schema/setting.ts";
import { systemFiles } from "../system/files.ts";
import type { LoadOptions } from "./config.ts";
import { ConfigError } from "./config_error.ts";
import { diffConfig } from "./diff.ts";
import { explain, getSetting, listValues } from "./explain.ts";
import { homeWith } from "./home_with.ts";
import { loadWith } from "./load.ts";
import { setSetting } from "./set.ts";

const ORCHARD = section("orchard", {
  help: "the plums",
  fields: {
    trees: setting(integer({ min: 1, max: 999 }), { default: 12, help: "how many", flag: "COUNT" }),
    ripe: setting(integer({ max: 999 }), { default: 3, help: "how many are ripe", reload: "needs restart" }),
    owner: setting(text(), { required: true, example: "Ada", help: "whose they are" }),
  },
  finish(orchard, reading) {
    if (orchard.trees < orchard.ripe * 2) reading.warn("is few", { path: ["trees"] });
    if (orchard.ripe > orchard.trees) reading.flaw("is more than there are", { path: ["ripe"] });
    return orchard;
  },
});

const KEYS = { port: "server.port", levels: "log.levels", ripe_ones: "orchard.ripe", "settings.timezone": "timezone" };
const SCHEMA = appSchema(createProduct({ name: "plum", version: "1.0.0" }), {
  sections: [ORCHARD],
  keys: KEYS,
  defaults: { "server.port": 7117, "orchard.trees": 20 },
});

const OWNED = '[orchard]\nowner = "Ada"\n';

interface Orchard {
  readonly trees: number;
  readonly ripe: number;
}

async function read(options: LoadOptions) {
  const loaded = await loadWith(SCHEMA, options);
  const { server, timezone, orchard } = loaded.config as unknown as {
    server: { port: number };
    timezone?: string;
    orchard: Orchard;
  };
  return { ...loaded, server, timezone, orchard };
}

async function problems(options: LoadOptions): Promise<string[]> {
  return await refusals(() => read(options));
}

async function refusals(load: () => Promise<unknown>): Promise<string[]> {
  const error = await load().then(() => assert.fail("accepted"), (error: unknown) => error);
  if (!(error instanceof ConfigError)) throw error;
  return error.problems.map(({ place, message, hint }) => {
    const at = place.kind === "file" ? `${place.line}:${place.column}` : place.name;
    return `${at} ${message}${hint === undefined ? "" : ` (${hint})`}`;
  });
}

Deno.test("an app's own settings: option over file over variable over default", async () => {
  await using home = homeWith(`${OWNED}trees = 6\n`);
  const trees = async (more: Partial<LoadOptions>) => (await read({ ...home, ...more })).orchard.trees;
  const env = { PLUM_ORCHARD_TREES: "7", PLUM_ORCHARD_OWNER: "Eve" };
  assert.equal(await trees({ env, flags: { "orchard.trees": "5" } }), 5);
  assert.equal(await trees({ env }), 6);
  await Deno.remove(home.file);
  assert.equal(await trees({ env }), 7);
  assert.equal(await trees({ env: { PLUM_ORCHARD_OWNER: "Eve" } }), 20);
});

Deno.test("short keys, long keys and the app's defaults give one configuration", async () => {
  await using short = homeWith(`port = 99\nripe_ones = 1\n[settings]\ntimezone = "UTC"\n${OWNED}`);
  await using long = homeWith(`timezone = "UTC"\n${OWNED}ripe = 1\n[server]\nport = 99\n`);
  await using none = homeWith(OWNED);
  const { server, timezone, orchard } = await read(short);
  assert.deepEqual([server.port, timezone, orchard.ripe], [99, "UTC", 1]);
  assert.deepEqual((await read(long)).config, (await read({ ...short, home: long.home })).config);
  assert.equal((await read(none)).server.port, 7117);
});

Deno.test("problems stand at the key that the file has, and are called by it", async () => {
  await using values = homeWith(`port = 70000\n[settings]\n  timezone = "Mars"\n${OWNED}ripe = -1\n`);
  assert.deepEqual(await problems(values), [
    "1:8 port is 70000, expected 0 to 65535",
    '3:14 settings.timezone is "Mars", which is no time zone (such as "Europe/Berlin" or "UTC")',
    "6:8 orchard.ripe is -1, expected 0 to 999",
  ]);
  await using crossed = homeWith(`ripe_ones = 30\n${OWNED}`);
  assert.deepEqual(await problems(crossed), ["1:13 ripe_ones is more than there are"]);
  await using option = homeWith(OWNED, { flags: { "server.port": "x" }, env: { PLUM_ORCHARD_RIPE: "30" } });
  assert.deepEqual(await problems(option), [
    'port port is "x", expected a whole number, 0 to 65535',
    "PLUM_ORCHARD_RIPE ripe_ones is more than there are",
  ]);
});

Deno.test("a warning stands at the value that the file has; one about a default has no line", async () => {
  const warnings = async (text: string) => {
    await using home = homeWith(text, { env: { PLUM_ORCHARD_OWNER: "Ada", PLUM_ORCHARD_RIPE: "15" } });
    return (await read(home)).warnings.map((warning) => warning.replace(home.file, ""));
  };
  assert.deepEqual(await warnings("port = 1\n[orchard]\ntrees = 16\n"), [":3:9: orchard.trees is few"]);
  assert.deepEqual(await warnings("port = 1\n"), [":1:1: orchard.trees is few"]);
});

Deno.test("an unknown key names the nearest of the section, and of the short keys at the top", async () => {
  await using own = homeWith(`${OWNED}tres = 3\n`);
  assert.deepEqual(await problems(own), ['3:1 orchard.tres is not a known setting (did you mean "trees"?)']);
  await using top = homeWith(`prt = 3\nripe_one = 1\n${OWNED}`);
  assert.deepEqual(await problems(top), [
    '1:1 prt is not a known setting (did you mean "port"?)',
    '2:1 ripe_one is not a known setting (did you mean "ripe_ones"?)',
  ]);
});

Deno.test("a key that is a setting of another section is said to be there, however near another one is", async () => {
  await using home = homeWith(`${OWNED}port = 3\npid_file = "x"\n`);
  assert.deepEqual(await problems(home), [
    '3:1 orchard.port is not a known setting (did you mean "port"?)',
    '4:1 orchard.pid_file is not a known setting (did you mean "daemon.pid_file"?)',
  ]);
});

Deno.test("where an app has services, a name that is unknown is none of theirs either", async () => {
  await using home = homeWith(`${OWNED}
[[program]]
name = "web"
command = ["x"]
depends_on = ["zzz"]
[[job]]
name = "tidy"
command = ["x"]
on = "program:zzz:failed"
[[notify]]
name = "tell"
command = ["x"]
programs = ["zzz"]
jobs = ["tidy"]
`);
  const hint = 'add a [[program]] with name = "zzz"; services: press';
  assert.deepEqual(await refusals(() => loadWith({ ...SCHEMA, brings: { program: ["press"] } }, home)), [
    `7:15 program.web.depends_on[1] names "zzz", and no program or service has this name (${hint})`,
    `11:6 job.tidy.on names "zzz", and no program or service has this name (${hint})`,
    `15:13 notify.tell.programs[1] is "zzz", and no program or service has this name (add a [[program]] with name = "zzz")`,
  ]);
});

Deno.test("a variable of a short key names the one of the setting", async () => {
  await using home = homeWith(OWNED, { env: { PLUM_RIPE_ONES: "3" } });
  const { warnings } = await read(home);
  assert.deepEqual(warnings, ["variable PLUM_RIPE_ONES is not known, did you mean PLUM_ORCHARD_RIPE?"]);
});

Deno.test("a setting in both spellings is refused, with both lines", async () => {
  await using home = homeWith(`port = 1\n${OWNED}[server]\nport = 2\n`);
  assert.deepEqual(await problems(home), [
    "1:1 port is the same setting as server.port, which is given too (keep one of the two lines)",
    "5:1 server.port is the same setting as port, which is given too (keep one of the two lines)",
  ]);
});

Deno.test("a required setting that nobody gives is missing, once, and with its variable", async () => {
  const missing =
    "orchard.owner is missing, and has no default (add: orchard.owner = …, or set the variable PLUM_ORCHARD_OWNER)";
  await using empty = homeWith("");
  await using table = homeWith("\n[orchard]\ntrees = 1\n");
  await using wrong = homeWith("[orchard]\nowner = 3\n");
  assert.deepEqual(await problems(empty), [`1:1 ${missing}`]);
  assert.deepEqual(await problems(table), [`2:2 ${missing}`]);
  assert.deepEqual(await problems({ ...empty, file: `${empty.home}/none.toml` }), [`1:1 ${missing}`]);
  assert.deepEqual((await problems(wrong)).length, 1);
});

Deno.test("get, list and explain take both spellings and show the short one", async () => {
  await using home = homeWith(`port = 99\nlevels = { "plum.http" = "debug" }\n${OWNED}`);
  const loaded = await read(home);
  assert.equal(getSetting(loaded, "port").value, 99);
  assert.equal(getSetting(loaded, "server.port").value, 99);
  assert.equal(getSetting(loaded, "levels.plum.http").value, "debug");
  const keys = listValues(loaded).map(({ key }) => key);
  assert.ok(keys.includes("port") && keys.includes("settings.timezone") && !keys.includes("server.port"));
  const { where, also, option } = await explain(loaded, "port");
  assert.deepEqual([where, also, option], [`${home.file}:1:8`, "server.port", "--port"]);
  assert.equal((await explain(loaded, "server.port")).also, "port");
  assert.throws(() => getSetting(loaded, "prot"), (error: AppdError) => error.hint === "did you mean port?");
});

Deno.test("set writes the spelling that the file has, else the short one", async () => {
  const set = async (home: LoadOptions, key: string, value: string) => {
    await setSetting({ ...home, files: systemFiles, schema: SCHEMA }, key, value);
    return Deno.readTextFileSync(home.file);
  };
  await using empty = homeWith(OWNED);
  assert.equal(await set(empty, "server.port", "4000"), `port = 4000\n\n${OWNED}`);
  assert.equal(await set(empty, "port", "4001"), `port = 4001\n\n${OWNED}`);
  assert.match(await set(empty, "timezone", "UTC"), /\n\[settings\]\ntimezone = "UTC"\n$/);
  await using long = homeWith(`${OWNED}[server]\nport = 1 # mine\n`);
  assert.equal(await set(long, "port", "4000"), `${OWNED}[server]\nport = 4000 # mine\n`);
  await assert.rejects(set(long, "port", "70000"), /server\.port is 70000/);
});

Deno.test("what a set would mean can be refused, and then nothing is written", async () => {
  await using home = homeWith(OWNED);
  const accept = () => {
    throw new AppdError('cannot plant "13": bad luck', { exit: "config" });
  };
  await assert.rejects(
    setSetting({ ...home, files: systemFiles, schema: SCHEMA, accept }, "orchard.trees", "13"),
    /bad luck; nothing is written/,
  );
  assert.equal(Deno.readTextFileSync(home.file), OWNED);
});

Deno.test("a reload names what changed by its short key, with what the app says of it", async () => {
  await using before = homeWith(OWNED);
  await using after = homeWith(`port = 1\nripe_ones = 4\n${OWNED}trees = 5\n`);
  const [one, two] = [await read({ ...before, home: "/h" }), await read({ ...after, home: "/h" })];
  assert.deepEqual(diffConfig(one.config, two.config, SCHEMA), [
    { key: "port", change: "changed", effect: "needs restart" },
    { key: "orchard.trees", change: "changed", effect: "applied" },
    { key: "ripe_ones", change: "changed", effect: "needs restart" },
  ]);
});
