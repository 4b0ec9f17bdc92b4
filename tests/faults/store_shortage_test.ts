/** Fault 36: a database on a full disk, and one that another process keeps locked; both work again afterwards. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { directory, insert, openNotes } from "../../src/store/testing.ts";
import type { Store } from "../../src/store/store.ts";
import { openSqlite } from "../../src/system/sqlite.ts";
import { startThread, threadModule } from "../../src/system/thread.ts";
import { sized } from "./seed.ts";

const WORKER = threadModule("store_worker", new URL("../../src/store/open_store.ts", import.meta.url).href);
const real = (place: string) => openNotes(place, { start: (events) => startThread(WORKER, events) });

async function mounted(path: string, use: () => Promise<void>): Promise<boolean> {
  const mount = new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", "size=1m", "none", path] });
  if (!await mount.output().then((result) => result.success, () => false)) return false;
  try {
    await use();
  } finally {
    await new Deno.Command("umount", { args: ["-l", path] }).output();
  }
  return true;
}

async function troubleOf(call: Promise<unknown>): Promise<string | undefined> {
  return await call.then(() => undefined, (error) => error.trouble ?? String(error));
}

async function noted(store: Store): Promise<Set<unknown>> {
  return new Set((await store.read("SELECT text FROM note")).map(({ text }) => text));
}

Deno.test("36: on a full disk calls fail as full, small ones still fit, and all works when there is room", async (t) => {
  using place = directory();
  const isMounted = await mounted(place.path, async () => {
    const ballast = join(place.path, "ballast");
    await using store = await real(place.path);
    await store.write(insert("first"));
    fs.writeFileSync(ballast, new Uint8Array(700 * 1024));
    const acknowledged = ["first"];
    const troubles: (string | undefined)[] = [];
    for (let n = 0; n < 200; n++) {
      const text = `${n} `.padEnd(3000, "x");
      const trouble = await troubleOf(store.write(insert(text)));
      troubles.push(trouble);
      if (trouble === undefined) acknowledged.push(text);
    }
    assert.ok(troubles.includes("full"), `${new Set(troubles)}`);
    assert.equal(troubles.filter((trouble) => trouble !== undefined && trouble !== "full").length, 0);
    const health = store.health();
    assert.deepEqual([health.ok, health.error], [false, "database or disk is full"]);
    assert.deepEqual(await noted(store), new Set(acknowledged), "reading goes on");
    fs.rmSync(ballast);
    await store.write(insert("room again"));
    assert.equal(store.health().ok, true);
    assert.deepEqual(await noted(store), new Set([...acknowledged, "room again"]));
  });
  if (!isMounted) await t.step({ name: "no right to mount a tmpfs here", ignore: true, fn() {} });
});

Deno.test("36: a call too large for the disk takes no other of its turn with it", async (t) => {
  using place = directory();
  const isMounted = await mounted(place.path, async () => {
    await using store = await real(place.path);
    const calls = [insert("a"), insert("b".repeat(2_000_000)), insert("c")].map((call) => store.write(call));
    assert.deepEqual(await Promise.all(calls.map(troubleOf)), [undefined, "full", undefined]);
    assert.deepEqual(await noted(store), new Set(["a", "c"]));
  });
  if (!isMounted) await t.step({ name: "no right to mount a tmpfs here", ignore: true, fn() {} });
});

Deno.test("36: no room at all at the start: 69, and what to do", async (t) => {
  using place = directory();
  const isMounted = await mounted(place.path, async () => {
    fs.writeFileSync(join(place.path, "ballast"), new Uint8Array(1024 * 1024 - 8192));
    await assert.rejects(real(place.path), { name: "AppdError", exitCode: 69, hint: /df -h "/ });
  });
  if (!isMounted) await t.step({ name: "no right to mount a tmpfs here", ignore: true, fn() {} });
});

/** Another process that holds the write lock until it is told to let go. */
async function holder(path: string): Promise<{ release(): Promise<void> }> {
  const script = `const { DatabaseSync } = await import("node:sqlite");
const db = new DatabaseSync(${JSON.stringify(path)});
db.exec("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE");
console.log("held");
await Deno.stdin.read(new Uint8Array(1));
db.exec("ROLLBACK");
db.close();
`;
  const args = ["eval", script];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "held\n");
  return {
    async release() {
      await child.stdin.close();
      await reader.cancel();
      assert.ok((await child.status).success);
    },
  };
}

Deno.test("36: while another process holds the lock, reads go on and writes fail as busy; then they work", async () => {
  using place = directory();
  await using store = await real(place.path);
  await store.write(insert("before"));
  const other = await holder(join(place.path, "appd.db"));
  const until = performance.now() + sized(0, 60_000);
  do {
    const write = troubleOf(store.write(insert("meanwhile")));
    assert.equal(await write, "busy");
    assert.match(store.health().error ?? "", /locked/);
    assert.deepEqual(await noted(store), new Set(["before"]));
  } while (performance.now() < until);
  await other.release();
  await store.write(insert("after"));
  assert.deepEqual(await noted(store), new Set(["before", "after"]));
  assert.equal(store.health().ok, true);
});

Deno.test("36: a lock that ends while a call waits for it only delays the call", async () => {
  using place = directory();
  await using store = await real(place.path);
  const other = await holder(join(place.path, "appd.db"));
  const write = store.write(insert("patient"));
  await other.release();
  await write;
  assert.deepEqual(await noted(store), new Set(["patient"]));
});

Deno.test("36: locked for good at the start: 69, and who to look for", async () => {
  using place = directory();
  openSqlite(join(place.path, "appd.db")).close();
  const other = await holder(join(place.path, "appd.db"));
  const open = openNotes(place.path, { patience: 200 });
  await assert.rejects(open, { name: "AppdError", exitCode: 69, message: /database is locked/, hint: /fuser -v/ });
  await other.release();
  await (await openNotes(place.path))[Symbol.asyncDispose]();
});
