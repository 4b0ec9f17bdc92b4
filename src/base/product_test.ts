import assert from "node:assert/strict";
import { APPD, createProduct, ownVariable } from "./product.ts";

Deno.test("what a product is called follows from its name", () => {
  assert.deepEqual(createProduct({ name: "calendar-bot", version: "1.0.0" }), {
    name: "calendar-bot",
    version: "1.0.0",
    summary: "calendar-bot",
    prefix: "CALENDAR_BOT",
    database: "calendar-bot.db",
    unit: "calendar-bot",
    label: "com.calendar-bot.daemon",
    work: "supervised programs and jobs",
  });
  assert.deepEqual([APPD.prefix, APPD.database, APPD.unit, APPD.label], ["APPD", "appd.db", "appd", "com.appd.daemon"]);
});

Deno.test("what somebody wants otherwise is so", () => {
  const service = { unit: "cco-daemon", label: "com.anthropic.cco.daemon" };
  const cco = createProduct({ name: "cco", version: "1.0.0", summary: "a proxy", database: "analytics.db", service });
  assert.deepEqual([cco.unit, cco.label, cco.database, cco.work], [
    ...Object.values(service),
    "analytics.db",
    "a proxy",
  ]);
});

Deno.test("an empty variable chooses nothing", () => {
  assert.equal(ownVariable({ CCO_HOME: "/srv" }, { prefix: "CCO" }, "HOME"), "/srv");
  assert.equal(ownVariable({ CCO_HOME: "", APPD_HOME: "/srv" }, { prefix: "CCO" }, "HOME"), undefined);
});
