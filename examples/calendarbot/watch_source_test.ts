import assert from "node:assert/strict";
import { watcher } from "./watch_source.ts";

Deno.test("an edit is told once, after it has come to rest", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ics" });
  let edits = 0;
  const { look } = watcher(path, () => edits++);
  const looks = async (count: number) => {
    for (let index = 0; index < count; index++) await look();
    return edits;
  };
  assert.equal(await looks(3), 0, "as it was at the start");
  await Deno.writeTextFile(path, "a");
  assert.equal(await looks(1), 0, "perhaps it is still being written");
  await Deno.writeTextFile(path, "ab");
  assert.equal(await looks(1), 0);
  assert.equal(await looks(3), 1);
  await Deno.remove(path);
  assert.equal(await looks(3), 2, "its removal is one");
});
