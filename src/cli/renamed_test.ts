import assert from "node:assert/strict";
import { APPD as PRODUCT, createProduct } from "../base/product.ts";
import { inWordsOf } from "../base/words.ts";
import { APPD_SCHEMA } from "../schema/appd_schema.ts";
import { listSettings } from "../schema/list_settings.ts";
import { allCommands } from "./command.ts";
import { APPD } from "./command_table.ts";
import { allExitRows } from "./describe.ts";
import { renamed } from "./renamed.ts";

const PEAR = createProduct({ name: "pear", version: "1.2.3", summary: "a fruit" });

Deno.test("the table of another product names appd nowhere, and has all commands with what they do", () => {
  const table = renamed(APPD, PEAR);
  assert.deepEqual([table.name, table.version, table.summary], ["pear", "1.2.3", "a fruit"]);
  const mentions = JSON.stringify(table).match(/\w*appd\w*/gi) ?? [];
  assert.deepEqual(
    mentions.filter((word) => !word.startsWith("APPD_WEBHOOK_")),
    [],
    "those are told to jobs everywhere",
  );
  const loads = (of: typeof APPD) => allCommands(of).map(({ path, command }) => [path, command.load]);
  assert.deepEqual(loads(table), loads(APPD));
  assert.ok(allExitRows(table).some(([code, meaning]) => code === "70" && meaning.endsWith("a bug in pear")));
});

Deno.test("appd's own table is what it was", () => {
  const { exits, ...table } = renamed(APPD, PRODUCT);
  assert.deepEqual(table, APPD);
  assert.deepEqual(exits, {});
});

Deno.test("every variable of a setting has the product's prefix in its texts", () => {
  const names = listSettings(APPD_SCHEMA).flatMap(({ env }) => env ?? []);
  assert.ok(names.length > 20);
  for (const name of names) assert.equal(inWordsOf(PEAR)(name), name.replace(/^APPD_/, "PEAR_"));
});
