import assert from "node:assert/strict";
import fs from "node:fs";
import { addFile } from "./add_file.ts";
import { Folders } from "./testing.ts";

Deno.test("a file is added as a copy, under a name that is free", async () => {
  using folders = new Folders();
  const file = folders.write("elsewhere/a.flv", "content");
  assert.deepEqual([await addFile(folders.inbox, file), await addFile(folders.inbox, file)], ["a.flv", "a (2).flv"]);
  assert.deepEqual(folders.files(), {
    "elsewhere/a.flv": "content",
    "inbox/a.flv": "content",
    "inbox/a (2).flv": "content",
  });
  assert.deepEqual(fs.readdirSync(`${folders.inbox}/.vpo`), []);
});

Deno.test("what cannot be added leaves nothing behind: no such file, a folder, an inbox that is a file", async () => {
  using folders = new Folders();
  await assert.rejects(addFile(folders.inbox, "/nowhere/a.flv"), /cannot add "\/nowhere\/a.flv": .*no such file/i);
  await assert.rejects(addFile(folders.inbox, folders.outbox), /cannot add .*directory/i);
  const file = folders.write("file", "");
  await assert.rejects(addFile(file, file), /cannot add .*not a directory/i);
  assert.deepEqual(fs.readdirSync(`${folders.inbox}/.vpo`), []);
});
