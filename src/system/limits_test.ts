import assert from "node:assert/strict";
import { openFilesLimit, parseOpenFilesLimit } from "./limits.ts";

Deno.test("the soft limit of open files is read from its line", () => {
  const text = "Limit                     Soft Limit           Hard Limit           Units\n" +
    "Max core file size        0                    unlimited            bytes\n" +
    "Max open files            1024                 4096                 files\n";
  assert.equal(parseOpenFilesLimit(text), 1024);
  assert.equal(
    parseOpenFilesLimit("Max open files            unlimited            unlimited            files\n"),
    undefined,
  );
  assert.equal(parseOpenFilesLimit(""), undefined);
});

Deno.test({
  name: "this process has a limit of open files",
  ignore: Deno.build.os !== "linux",
  fn: () => assert.ok((openFilesLimit() ?? 0) > 0),
});
