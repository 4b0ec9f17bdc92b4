import assert from "node:assert/strict";
import { APPD, createProduct } from "../base/product.ts";
import { APPD_SCHEMA } from "./appd_schema.ts";
import { jsonSchemaOf } from "./json_schema.ts";
import { listSettings } from "./list_settings.ts";
import { renamedSchema } from "./renamed_schema.ts";
import { starterToml } from "./starter.ts";

const PEAR = createProduct({ name: "pear", version: "1.2.3" });

Deno.test("the settings of another product are explained without a word of appd", () => {
  const schema = renamedSchema({ ...APPD_SCHEMA, prefix: "PEAR" }, PEAR);
  const texts = JSON.stringify(jsonSchemaOf(schema, "pear")) + starterToml(schema, "pear");
  assert.deepEqual(texts.match(/\S*appd\S*/gi)?.filter((word) => !/APPD_(JOB|RUN_ID|INSTANCE)/.test(word)) ?? [], []);
  assert.match(texts, /pear\.http/);
  assert.deepEqual(listSettings(schema).map(({ key }) => key), listSettings(APPD_SCHEMA).map(({ key }) => key));
});

Deno.test("what a setting takes and means stays as it is", () => {
  assert.deepEqual(renamedSchema(APPD_SCHEMA, APPD), APPD_SCHEMA);
  const kinds = (schema: Parameters<typeof listSettings>[0]) => listSettings(schema).map(({ setting }) => setting.kind);
  for (const [index, kind] of kinds(renamedSchema(APPD_SCHEMA, PEAR)).entries()) {
    assert.equal(kind, kinds(APPD_SCHEMA)[index]);
  }
});
