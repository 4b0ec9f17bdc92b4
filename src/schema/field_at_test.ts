import assert from "node:assert/strict";
import { APPD_SCHEMA } from "./appd_schema.ts";
import { fieldAt } from "./field_at.ts";
import { listSettings } from "./list_settings.ts";

Deno.test("every setting is found by its key", () => {
  for (const { key, section, setting } of listSettings(APPD_SCHEMA)) {
    const found = fieldAt(APPD_SCHEMA, key);
    assert.equal(found?.section, section, key);
    assert.equal(found?.field, setting, key);
  }
});

Deno.test("a group is found too, and nothing else is", () => {
  assert.ok("fields" in (fieldAt(APPD_SCHEMA, "program.log")?.field ?? {}));
  for (const key of ["", "server", "server.prt", "server.port.x", "server.constructor", "port", "serverport"]) {
    assert.equal(fieldAt(APPD_SCHEMA, key), undefined, key);
  }
});
