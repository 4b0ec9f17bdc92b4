import assert from "node:assert/strict";
import { FileBook } from "./file_book.ts";
import { FILE_EVENTS, FILE_STATES, FILE_TABLE } from "./file_state.ts";
import { memoryStore } from "./testing.ts";

const ENTRY = { path: "a.mkv", size: 10, mtime: "1000", inode: "7" };

function book() {
  const store = memoryStore();
  let now = 0;
  return { store, book: new FileBook(store, () => ++now), [Symbol.dispose]: () => store[Symbol.dispose]() };
}

Deno.test("every state and event in the database do what the table says", async () => {
  for (const state of FILE_STATES) {
    for (const event of FILE_EVENTS.filter((event) => event !== "found")) {
      using place = book();
      const file = await place.book.found(ENTRY) ?? assert.fail();
      await place.store.write([{ sql: "UPDATE files SET state = ?", params: [state] }]);
      const next = await place.book.apply(event, file);
      assert.equal(next?.state ?? null, FILE_TABLE[state][event], `${state} ${event}`);
      assert.equal((await place.book.find("a.mkv"))?.state, next?.state ?? state);
    }
  }
});

Deno.test("found: a new file waits; a known one only when it had left the inbox", async () => {
  for (const state of FILE_STATES) {
    using place = book();
    await place.book.found(ENTRY);
    await place.store.write([{ sql: "UPDATE files SET state = ?", params: [state] }]);
    const again = await place.book.found(ENTRY);
    assert.deepEqual(
      [again?.state, again?.attempt],
      FILE_TABLE[state].found === null ? [undefined, undefined] : [
        "waiting",
        2,
      ],
    );
  }
});

Deno.test("another content under the same path is another file", async () => {
  using place = book();
  const ids = [];
  for (const entry of [ENTRY, { ...ENTRY, size: 11 }, { ...ENTRY, mtime: "1001" }, { ...ENTRY, inode: "8" }]) {
    ids.push((await place.book.found(entry))?.id);
  }
  assert.deepEqual(ids, [1, 2, 3, 4]);
  assert.equal((await place.book.find("a.mkv"))?.id, 4, "the last one is meant");
});

Deno.test("a file that is taken up anew starts with a clean slate; one that is being moved goes on", async () => {
  using place = book();
  const file = await place.book.found(ENTRY) ?? assert.fail();
  await place.book.begin({ ...file, runId: 5 });
  await place.book.conclude("troubled", { ...file, runId: 5 }, { changes: { reason: "the disk is full" }, steps: [] });
  const again = await place.book.apply("requeued", file) ?? assert.fail();
  assert.deepEqual([again.attempt, again.container, again.reason], [2, null, null]);
  await place.book.begin({ ...again, runId: 6 });
  await place.book.decide({ ...again, runId: 6 }, { place: "outbox", target: "b.mkv", sha256: "f00" });
  const moving = await place.book.apply("requeued", again);
  assert.deepEqual([moving?.attempt, moving?.place, moving?.target, moving?.sha256], [3, "outbox", "b.mkv", "f00"]);
  assert.equal((await place.book.find("b.mkv"))?.id, file.id, "also by the name that it has now");
});

Deno.test("an end and its steps are one change", async () => {
  using place = book();
  const file = await place.book.found(ENTRY) ?? assert.fail();
  const step = { name: "inspect", outcome: "ok", ms: 1.6, detail: null } as const;
  await place.book.begin({ ...file, runId: 7 });
  await place.book.conclude("troubled", { ...file, runId: 7 }, { changes: { reason: "no room" }, steps: [step] });
  const [line] = await place.store.read("SELECT file_id, run_id, name, outcome, duration_ms FROM steps");
  assert.deepEqual({ ...line }, { file_id: file.id, run_id: 7, name: "inspect", outcome: "ok", duration_ms: 2 });
  assert.deepEqual(await place.book.counts(), { failed: 1 });
});

Deno.test("a run gets a file that the database does not know: it was lost", async () => {
  using place = book();
  const file = await place.book.begin({ ...ENTRY, attempt: 3, runId: 9 });
  assert.deepEqual([file?.state, file?.attempt, file?.runId], ["processing", 3, 9]);
});

Deno.test("a run whose turn is over changes nothing", async () => {
  using place = book();
  const file = await place.book.found(ENTRY) ?? assert.fail();
  const yesterday = { ...file, runId: 1 };
  await place.book.apply("requeued", file);
  const before = await place.book.find("a.mkv");
  assert.equal(await place.book.begin(yesterday), undefined);
  await place.book.decide(yesterday, { place: "outbox", target: "b.mkv" });
  await place.book.child(yesterday, "1:1");
  await place.book.conclude("published", yesterday, {
    steps: [{ name: "inspect", outcome: "ok", ms: 1, detail: null }],
  });
  assert.deepEqual(await place.book.find("a.mkv"), before);
  assert.deepEqual(await place.store.read("SELECT * FROM steps"), []);
});

Deno.test("files by state: oldest first, or the newest", async () => {
  using place = book();
  for (const path of ["a", "b", "c"]) await place.book.found({ ...ENTRY, path });
  await place.book.begin({ ...ENTRY, path: "b", attempt: 1, runId: 1 });
  const paths = async (query: Parameters<FileBook["list"]>[0]) =>
    (await place.book.list(query)).map(({ path }) => path);
  assert.deepEqual(await paths({ states: ["waiting"], limit: 9 }), ["a", "c"]);
  assert.deepEqual(await paths({ newest: true, limit: 2 }), ["c", "b"]);
  assert.deepEqual((await place.book.open()).length, 3);
});
