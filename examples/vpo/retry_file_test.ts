import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { FileBook } from "./file_book.ts";
import { FILE_STATES } from "./file_state.ts";
import { entryOf } from "./inbox.ts";
import { retryAll, retryFile } from "./retry_file.ts";
import type { Library } from "./settings.ts";
import { Folders, memoryStore } from "./testing.ts";

async function scene(state: string) {
  const folders = new Folders();
  const store = memoryStore();
  const book = new FileBook(store, () => 0);
  folders.write("inbox/b/a.flv", "content");
  await book.found(await entryOf(folders.inbox, "b/a.flv") ?? assert.fail());
  await store.write([{ sql: "UPDATE files SET state = ?, target = 'b/a (2).flv'", params: [state] }]);
  const library = folders as unknown as Library;
  return { folders, book, library, [Symbol.dispose]: () => (folders[Symbol.dispose](), store[Symbol.dispose]()) };
}

for (const state of FILE_STATES.filter((state) => state !== "quarantined")) {
  const may = state === "failed" || state === "interrupted";
  Deno.test(`a file that is ${state} ${may ? "gets" : "gets no"} other turn by hand`, async () => {
    using it = await scene(state);
    if (!may) return await assert.rejects(retryFile("b/a.flv", it), new RegExp(`it is ${state}$`));
    const file = await retryFile("b/a.flv", it);
    assert.deepEqual([file.state, file.attempt, file.target], ["waiting", 2, null]);
  });
}

Deno.test("a refused file comes back from the quarantine, without the reason", async () => {
  using it = await scene("quarantined");
  const inQuarantine = { "quarantine/b/a (2).flv": "content", "quarantine/b/a (2).flv.reason.txt": "bad" };
  for (const [name, content] of Object.entries(inQuarantine)) it.folders.write(name, content);
  await assert.rejects(retryFile("b/a.flv", it), /another file of this name/);
  Deno.removeSync(`${it.folders.inbox}/b/a.flv`);
  assert.equal((await retryFile("b/a.flv", it)).state, "waiting");
  assert.deepEqual(it.folders.files(), { "inbox/b/a.flv": "content" });
});

Deno.test("a refused file that the watcher finds in the inbox before its return is written down has its other turn", async () => {
  using it = await scene("quarantined");
  const { inbox, quarantine } = it.folders;
  fs.mkdirSync(join(quarantine, "b"));
  fs.renameSync(join(inbox, "b/a.flv"), join(quarantine, "b/a (2).flv"));
  const apply = it.book.apply.bind(it.book);
  it.book.apply = async (...event) => {
    await it.book.found(await entryOf(inbox, "b/a.flv") ?? assert.fail());
    return await apply(...event);
  };
  const file = await retryFile("b/a.flv", it);
  assert.deepEqual([file.state, file.attempt], ["waiting", 2]);
});

Deno.test("a refused file that was taken away cannot come back; nothing is changed", async () => {
  using it = await scene("quarantined");
  Deno.removeSync(`${it.folders.inbox}/b/a.flv`);
  await assert.rejects(retryFile("b/a.flv", it), /cannot move/);
  assert.equal((await it.book.find("b/a.flv"))?.state, "quarantined");
});

Deno.test("a file that nobody knows", async () => {
  using it = await scene("done");
  await assert.rejects(retryFile("other.flv", it), /cannot retry "other.flv": vpo knows no such file/);
});

for (const state of FILE_STATES) {
  Deno.test(`another turn for all that failed: one that is ${state}`, async () => {
    using it = await scene(state);
    const may = state === "failed" || state === "interrupted";
    assert.equal(await retryAll(it.book), may ? 1 : 0);
    assert.equal((await it.book.find("b/a.flv"))?.state, may ? "waiting" : state);
  });
}
