import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { APPD_SCHEMA, type Config } from "./appd_schema.ts";
import { flagsOf } from "./flags.ts";
import { jsonSchemaOf } from "./json_schema.ts";
import { type Flaw, startReading } from "./kind.ts";
import { listSettings } from "./list_settings.ts";
import { settingsMarkdown } from "./markdown.ts";
import { defaultOf, readDocument } from "./read.ts";
import { type ConfigOf, extendSchema, listSection, section } from "./section.ts";
import { setting } from "./setting.ts";
import { integer, text } from "./kinds.ts";
import { starterToml } from "./starter.ts";
import { tomlText } from "./toml_text.ts";

const SETTINGS = listSettings(APPD_SCHEMA);

function flawsOf(run: (reading: ReturnType<typeof startReading>) => void): Flaw[] {
  const flaws: Flaw[] = [];
  run(startReading({ base: "/h", sink: (flaw) => void flaws.push(flaw), lookup: () => 0 }));
  return flaws;
}

for (const { key, setting } of SETTINGS) {
  Deno.test(`${key}: example and default are valid and survive TOML`, () => {
    assert.deepEqual(flawsOf((reading) => void setting.kind.read(setting.example, reading)), []);
    assert.deepEqual(flawsOf((reading) => void defaultOf(setting, reading)), []);
    const back: unknown = parse(`x = ${tomlText(setting.example)}`).x;
    assert.equal(tomlText(back), tomlText(setting.example));
    assert.match(setting.help, /^([^A-Z]|TCP ).*[^.]$/s, "a phrase");
  });
}

Deno.test("no two settings share a key, a variable or an option", () => {
  for (
    const names of [
      SETTINGS.map(({ key }) => key),
      SETTINGS.flatMap(({ env }) => env ?? []),
      SETTINGS.flatMap(({ flag }) => flag ?? []),
    ]
  ) {
    assert.deepEqual(names, [...new Set(names)]);
  }
});

Deno.test("options and variables are derived from keys", () => {
  assert.deepEqual(Object.fromEntries(flagsOf(SETTINGS).map(({ setting, name }) => [setting, name])), {
    "server.bind": "bind",
    "server.port": "port",
    "daemon.shutdown_timeout": "shutdown-timeout",
    "daemon.pid_file": "pid-file",
    "log.level": "log-level",
    "log.format": "log-format",
    "log.file": "log-file",
  });
  assert.equal(SETTINGS.find(({ key }) => key === "server.port")?.env, "APPD_SERVER_PORT");
  assert.equal(SETTINGS.find(({ key }) => key === "program.restart")?.env, undefined);
  const level = flagsOf(SETTINGS).find(({ name }) => name === "log-level");
  assert.deepEqual(level?.value, {
    name: "LEVEL",
    kind: "text",
    choices: ["debug", "info", "warn", "error"],
    default: "info",
  });
});

Deno.test("the starter says nothing but defaults, and names every setting", () => {
  const starter = starterToml(APPD_SCHEMA, "appd");
  const document = parse(starter);
  assert.deepEqual(
    flawsOf((reading) => {
      assert.equal(readDocument(APPD_SCHEMA, document, reading).values.size, 0);
    }),
    [],
  );
  for (const { path } of SETTINGS) assert.ok(starter.includes(`\n# ${path.join(".")} = `), path.join("."));
});

Deno.test("the starter is valid when every comment that sets something is taken away", () => {
  const all = starterToml(APPD_SCHEMA, "appd").replaceAll(/^# (?=[a-z_.]+ = |\[\[)/gm, "");
  const flaws = flawsOf((reading) => {
    const { values, lists } = readDocument(APPD_SCHEMA, parse(all), reading);
    assert.equal(values.size, SETTINGS.filter(({ section }) => !section.many).length);
    for (const name of ["program", "job", "repository", "notify"]) assert.equal(lists.get(name)?.length, 1, name);
  });
  assert.deepEqual(flaws, []);
});

Deno.test("the JSON Schema knows every setting and nothing else", () => {
  const json = jsonSchemaOf(APPD_SCHEMA, "appd") as {
    $schema: string;
    additionalProperties: boolean;
    properties: Record<string, unknown>;
  };
  assert.equal(json.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.equal(json.additionalProperties, false);
  assert.deepEqual(Object.keys(json.properties), [
    "version",
    "timezone",
    "server",
    "daemon",
    "log",
    "program",
    "scheduler",
    "job",
    "repository",
    "notify",
  ]);
  const program = json.properties.program as {
    items: { required: string[]; properties: { log: { properties: object } } };
  };
  assert.deepEqual(program.items.required, ["name", "command"]);
  assert.ok("rotate_size" in program.items.properties.log.properties);
});

Deno.test("the reference page has a row for every setting", () => {
  const page = settingsMarkdown(APPD_SCHEMA);
  for (const { path } of SETTINGS) assert.ok(page.includes(`| \`${path.join(".")}\` |`), path.join("."));
});

Deno.test("an app adds sections of its own, and a reserved one becomes available", () => {
  const schema = extendSchema({ ...APPD_SCHEMA, reserved: ["order", "shelf"] }, {
    prefix: "CCO",
    sections: [
      section("agent", {
        help: "agents",
        fields: {
          max_count: setting(integer({ min: 1, max: 9 }), {
            default: 3,
            help: "at most",
            reload: "applied",
            example: 5,
          }),
        },
      }),
      listSection("order", {
        help: "orders",
        unique: "name",
        fields: { name: setting(text(), { required: true, help: "name", reload: "applied", example: "x" }) },
      }),
    ],
  });
  const typed: (config: ConfigOf<typeof schema>) => [number, string | undefined, Config["server"]] = (
    config,
  ) => [config.agent.maxCount, config.orders[0]?.name, config.server];
  assert.equal(typeof typed, "function");
  assert.equal(listSettings(schema).find(({ key }) => key === "agent.max_count")?.env, "CCO_AGENT_MAX_COUNT");
  assert.deepEqual(flawsOf((reading) => void readDocument(schema, { order: [{ name: "a" }] }, reading)), []);
  assert.deepEqual(
    flawsOf((reading) => void readDocument(schema, { shelf: {} }, reading)).map(({ message }) => message),
    [
      "is not available in this version yet",
    ],
  );
});
