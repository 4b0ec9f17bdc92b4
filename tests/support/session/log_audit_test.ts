import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { logLines } from "./log_audit.ts";

Deno.test("a log's lines are read through its archives, and a file that was just rotated has none", () => {
  const directory = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "log-lines-"));
  const path = join(directory, "a.log");
  fs.writeFileSync(`${path}.20260101T000000.000Z.gz`, gzipSync("one\n\ntwo\n"));
  fs.writeFileSync(path, "");
  assert.deepEqual(logLines(path), { lines: ["one", "", "two"], torn: [] });
  fs.writeFileSync(path, "three\nfou");
  assert.deepEqual(logLines(path), {
    lines: ["one", "", "two", "three"],
    torn: [`${path} has a file that ends with fou`],
  });
  fs.rmSync(directory, { recursive: true });
});
