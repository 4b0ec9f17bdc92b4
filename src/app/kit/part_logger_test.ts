import assert from "node:assert/strict";
import { APPD } from "../../base/product.ts";
import { loggerOfPart } from "./part_logger.ts";

Deno.test("services and functions of jobs have loggers below the app's, and nobody else has", () => {
  const app = { product: { ...APPD, name: "quince" }, services: [{ name: "page" }], jobs: [{ name: "tidy" }] };
  assert.deepEqual(["page", "tidy", "web"].map((name) => loggerOfPart(app, name)), [
    ...["quince.services.page", "quince.jobs.tidy", undefined],
  ]);
});
