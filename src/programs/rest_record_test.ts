import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { systemFiles } from "../system/files.ts";
import { scratchDirectory } from "../system/scratch.ts";
import { readRest } from "./rest_record.ts";

Deno.test("the record of an earlier version, which kept no time of the stop, counts all the same", () => {
  using scratch = scratchDirectory("rest");
  const read = (record: unknown) => {
    fs.writeFileSync(join(scratch.path, "rest.json"), JSON.stringify(record));
    return readRest(systemFiles, scratch.path);
  };
  const exit = { how: { code: 0 }, at: 7 };
  assert.deepEqual(read({ as: "stopped", exit }), { as: "stopped", exit, at: 7 });
  assert.deepEqual(read({ as: "exited", exit: null }), { as: "exited", exit: null, at: 0 });
  assert.deepEqual(read({ as: "stopped", exit, at: 9 }), { as: "stopped", exit, at: 9 });
  assert.equal(read({ as: "gone", exit }), undefined);
});
