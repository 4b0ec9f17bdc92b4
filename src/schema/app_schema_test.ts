import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { AppdError } from "../base/errors.ts";
import { createProduct } from "../base/product.ts";
import { appSchema, type AppSettings } from "./app_schema.ts";
import { jsonSchemaOf } from "./json_schema.ts";
import { duration, integer, path, size, text } from "./kinds.ts";
import { list } from "./kinds_nested.ts";
import { startReading } from "./kind.ts";
import { listSettings } from "./list_settings.ts";
import { readDocument } from "./read.ts";
import { listSection, section } from "./section.ts";
import { group, setting } from "./setting.ts";
import { inLongKeys } from "./short_keys.ts";
import { starterToml } from "./starter.ts";

const ORCHARD = section("orchard", {
  help: "the plums",
  flagPrefix: "orchard",
  fields: {
    trees: setting(integer(), { default: 12, help: "how many", flag: "COUNT" }),
    tree_size: setting(size(), { default: "1MiB", help: "how big", flag: "SIZE" }),
    shop: group("the shop", { open_for: setting(duration(), { default: "8h", help: "how long" }) }),
    ledger: setting(path(), { example: "ledger.txt", help: "where the harvest is written down" }),
    workers: setting(list(text()), { default: [], help: "who picks", reload: "needs restart" }),
  },
});

const PLUM = createProduct({ name: "plum", version: "1.0.0" });

function schemaOf(more: Partial<AppSettings>) {
  return appSchema(PLUM, { sections: [ORCHARD], keys: {}, defaults: {}, ...more });
}

function refusal(more: Partial<AppSettings>): string {
  try {
    schemaOf(more);
  } catch (error) {
    assert.ok(error instanceof AppdError && error.exit === "config", String(error));
    return `${error.message} (${error.hint})`;
  }
  assert.fail("it was accepted");
}

function settingOf(schema: ReturnType<typeof schemaOf>, wanted: string) {
  const found = listSettings(schema).find(({ key }) => key === wanted);
  assert.ok(found, wanted);
  return found;
}

Deno.test("a setting needs no more than a kind, a default and its help", () => {
  const { setting: { reload, example, presence }, env } = settingOf(schemaOf({}), "orchard.trees");
  assert.deepEqual({ reload, example, presence, env }, {
    reload: "applied",
    example: 12,
    presence: "default",
    env: "PLUM_ORCHARD_TREES",
  });
  assert.equal(settingOf(schemaOf({}), "orchard.ledger").setting.presence, "optional");
  assert.equal(settingOf(schemaOf({}), "orchard.workers").setting.reload, "needs restart");
});

Deno.test("other defaults are those of appd's and the app's settings, groups and inherited ones included", () => {
  const schema = schemaOf({
    keys: { port: "server.port" },
    defaults: { port: 7117, "orchard.shop.open_for": "2h", "program.log.max_files": 2, timezone: "UTC" },
  });
  assert.equal(settingOf(schema, "server.port").setting.default, 7117);
  assert.equal(settingOf(schema, "orchard.shop.open_for").setting.default, "2h");
  const { setting } = settingOf(schema, "program.log.max_files");
  assert.deepEqual([setting.default, setting.inherit], [2, undefined]);
  assert.equal(settingOf(schema, "timezone").setting.presence, "default");
  assert.equal(settingOf(schemaOf({}), "server.port").setting.default, 8321);
});

Deno.test("a default that the setting cannot have, or of a setting that is not there, is refused", () => {
  assert.match(
    refusal({ defaults: { "server.port": 70000 } }),
    /^cannot define "plum": the default of server\.port is 70000, expected 0 to 65535/,
  );
  assert.equal(
    refusal({ defaults: { "server.prot": 1 } }),
    'cannot define "plum": a default names "server.prot", and no setting has this key (did you mean "server.port"?)',
  );
});

Deno.test("short keys lead to settings that there are, and take the place of none", () => {
  const flaws: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ port: "server.prot" }, /the key "port" names "server\.prot", .* \(did you mean "server\.port"\?\)/],
    [{ name: "program.name" }, /the key "name" names "program\.name"/],
    [{ "Port!": "server.port" }, /the key "Port!" has to be small letters/],
    [{ timezone: "server.port" }, /the key "timezone" is a setting or a section itself/],
    [{ log: "log.level" }, /the key "log" is a setting or a section itself/],
    [{ "orchard.shop": "log.level" }, /the key "orchard\.shop" is a setting or a section itself/],
    [{ a: "log.level", "a.b": "log.format" }, /the key "a" cannot be a setting and the table of "a\.b"/],
  ];
  for (const [keys, expected] of flaws) assert.match(refusal({ keys }), expected);
});

Deno.test("options of settings have the name of their short key, else that of their section and key", () => {
  const schema = schemaOf({ keys: { host: "server.bind", "x.y": "server.port", size: "orchard.tree_size" } });
  const flags = ["server.bind", "server.port", "orchard.tree_size", "orchard.trees"].map((key) =>
    settingOf(schema, key).flag
  );
  assert.deepEqual(flags, ["host", "port", "size", "orchard-trees"]);
});

const KEYS = { port: "server.port", "settings.timezone": "timezone", "orchard.level": "log.level" };

Deno.test("the starter file shows the short keys, says nothing as it is, and all of it is valid", () => {
  const schema = schemaOf({
    keys: KEYS,
    sections: [ORCHARD, listSection("shed", { help: "sheds", unique: "name", fields: NAMED })],
  });
  const starter = starterToml(schema, "plum");
  const read = (text: string) => {
    const reading = startReading({
      base: "/h",
      sink: ({ path, message }) => assert.fail(`${path.join(".")} ${message}`),
    });
    return readDocument(schema, inLongKeys(schema, parse(text), reading), reading);
  };
  assert.equal(read(starter).values.size, 0);
  const all = read(starter.replaceAll(/^# (?=[a-z_.]+ = |\[\[)/gm, ""));
  assert.equal(JSON.stringify(all.lists.get("shed")), '[{"name":"north"}]');
  for (const { key } of listSettings(schema).filter(({ section }) => !section.many)) {
    assert.ok(all.values.has(key), key);
  }
  assert.match(starter, /^# port = 8321$/m);
  assert.match(starter, /\n\[settings\]\n# [^\n]+\n# timezone = "Europe\/Berlin"\n/);
  assert.match(starter, /\n\[orchard\]\n[^[]*\n# level = "info"\n/);
  assert.equal(starter.match(/^# (orchard\.)?level =/gm)?.length, 1, "only one of the spellings");
});

const NAMED = { name: setting(text(), { required: true, example: "north", help: "its name" }) };

Deno.test("the JSON Schema knows both spellings", () => {
  const { properties } = jsonSchemaOf(schemaOf({ keys: KEYS }), "plum") as {
    properties: Record<string, { type: string; properties: Record<string, { type: string }> }>;
  };
  assert.equal(properties.port?.type, "integer");
  assert.equal(properties.server?.properties.port?.type, "integer");
  assert.equal(properties.settings?.properties.timezone?.type, "string");
  assert.deepEqual(Object.keys(properties.orchard?.properties ?? {}), [
    ...["trees", "tree_size", "shop", "ledger", "workers", "level"],
  ]);
});
