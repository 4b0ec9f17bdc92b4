import assert from "node:assert/strict";
import { createProduct } from "../base/product.ts";
import { appSchema } from "../schema/app_schema.ts";
import { flag, oneOf, text } from "../schema/kinds.ts";
import { section } from "../schema/section.ts";
import { setting } from "../schema/setting.ts";
import { settingValues } from "./completion_values.ts";

const ORCHARD = section("orchard", {
  help: "the plums",
  fields: {
    open: setting(flag(), { default: true, help: "who may come in" }),
    crop: setting(oneOf(["plum", "sloe"]), { default: "plum", help: "what grows" }),
    owner: setting(text(), { example: "ann", help: "whose it is" }),
  },
});

const SCHEMA = appSchema(createProduct({ name: "plum", version: "1.0.0" }), {
  sections: [ORCHARD],
  keys: { level: "log.level", crop: "orchard.crop" },
  defaults: {},
});

/** What is offered behind this very key, or pattern of keys. */
function offered(key: string) {
  return settingValues(SCHEMA).find(({ keys }) => keys.includes(key))?.value;
}

Deno.test("each key of a fixed set has its words, in both spellings, in lists and in tables", () => {
  const words = (...choices: string[]) => ({ kind: "text", choices });
  assert.deepEqual(offered("orchard.open"), words("true", "false"));
  assert.deepEqual([offered("crop"), offered("orchard.crop")], [words("plum", "sloe"), words("plum", "sloe")]);
  assert.deepEqual(offered("level"), words("debug", "info", "warn", "error"));
  assert.deepEqual(offered("log.levels.*"), offered("level"));
  assert.deepEqual(offered("program.*.restart"), words("always", "on-failure", "never"));
  assert.equal(offered("log.file")?.kind, "file");
  assert.deepEqual([offered("orchard.owner"), offered("server.port"), offered("program.restart")], [
    ...[undefined, undefined, undefined],
  ]);
});
