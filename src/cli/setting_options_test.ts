import assert from "node:assert/strict";
import { APPD_SCHEMA } from "../schema/appd_schema.ts";
import { flagsOf } from "../schema/flags.ts";
import { listSettings } from "../schema/list_settings.ts";
import { SETTING_OPTIONS } from "./setting_options.ts";

Deno.test("the options of settings are those of the schema; else copy what flagsOf() returns", () => {
  assert.deepEqual(SETTING_OPTIONS, flagsOf(listSettings(APPD_SCHEMA)));
});
