import assert from "node:assert/strict";
import { SILENT } from "../base/logger.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { systemClock } from "../system/clock.ts";
import type { ThreadEvents } from "../system/thread.ts";
import type { Reply, Request } from "./messages.ts";
import { openStore } from "./open_store.ts";
import { ThreadStore } from "./thread_store.ts";
import { directory, inProcess, insert, MemoryLog, NOTES, openNotes, texts } from "./testing.ts";

/** A thread whose end the test can bring about, and whose answers it gives. */
class ScriptedThread {
  readonly requests: Request[] = [];
  readonly ended: ThreadEvents[] = [];
  events: ThreadEvents | undefined;
  /** Undefined: no answer. */
  respond: (request: Request) => Reply | undefined = () => undefined;

  start = (events: ThreadEvents) => {
    this.events = events;
    return {
      post: (message: unknown) => {
        this.requests.push(message as Request);
        const reply = this.respond(message as Request);
        if (reply) queueMicrotask(() => events.message(reply));
      },
      [Symbol.dispose]: () => void this.ended.push(events),
    };
  };
}

const MIGRATIONS = { current: 1, latest: 1, pending: 0 };
const OPENED: Reply = { kind: "opened", migrations: MIGRATIONS };

function scripted(clock = new FakeClock()) {
  const thread = new ScriptedThread();
  thread.respond = ({ kind }) => kind === "open" ? OPENED : undefined;
  const log = new MemoryLog();
  const store = new ThreadStore({
    path: "/x/appd.db",
    isChosen: false,
    lists: [NOTES],
    clock,
    log,
    start: thread.start,
  });
  return { thread, store, clock, log };
}

Deno.test("a thread that dies takes the calls under way with it; the next ones get a new thread", async () => {
  using place = directory();
  let kill: ((reason: string) => void) | undefined;
  let threads = 0;
  const start = (events: ThreadEvents) => {
    kill = events.died;
    threads++;
    return inProcess()(events);
  };
  await using store = await openNotes(place.path, { start });
  await store.write(insert("before"));
  const lost = store.write(insert("under way"));
  await Promise.resolve();
  const waiting = store.write(insert("waiting"));
  kill?.("out of memory");
  await assert.rejects(lost, {
    name: "StoreError",
    trouble: "io",
    message: /the thread of the database ended: out of memory/,
  });
  await waiting;
  assert.equal(threads, 2);
  assert.equal(store.health().ok, true);
  assert.ok((await texts(store)).includes("waiting"));
});

Deno.test("a thread that cannot be started: every call that waits fails, and the next one tries again", async () => {
  const { thread, store } = scripted();
  await store.open();
  thread.events?.died("once");
  thread.respond = () => (thread.events?.died("again"), undefined);
  const calls = [store.write(insert("a")), store.read("SELECT 1")];
  for (const call of calls) await assert.rejects(call, { trouble: "io" });
  assert.match(store.health().error ?? "", /the thread of the database ended: again/);
  thread.respond = ({ kind }) =>
    kind === "open"
      ? OPENED
      : { kind: "worked", reads: [{ ok: true, value: null }], writes: [], migrations: MIGRATIONS };
  assert.deepEqual(await store.read("SELECT 1"), []);
  assert.equal(store.health().ok, true);
});

Deno.test("health: a database that does not answer for half a minute is not well", async () => {
  const { store, clock } = scripted();
  assert.equal(store.health().error, "it is not open yet");
  await store.open();
  assert.equal(store.health().ok, true);
  void store.write(insert("hangs")).catch(() => {});
  await Promise.resolve();
  clock.advance(29_000);
  assert.equal(store.health().ok, true);
  clock.advance(2000);
  assert.equal(store.health().error, "no answer for 31 s");
});

Deno.test("a disk that hangs does not hold up the end: calls are refused after ten seconds", async () => {
  const { store, clock, thread, log } = scripted();
  await store.open();
  const call = store.write(insert("hangs"));
  await Promise.resolve();
  const waiting = store.write(insert("behind it"));
  const end = store[Symbol.asyncDispose]();
  clock.advance(10_000);
  await end;
  await assert.rejects(call, { name: "StoreError", trouble: "closed" });
  await assert.rejects(waiting, { name: "StoreError", trouble: "closed" });
  assert.equal(thread.ended.length, 1);
  assert.equal(thread.requests.length, 2, "no new thread");
  assert.match(log.lines.join("\n"), /warn the database did not answer at the end/);
});

Deno.test("a trouble is told when it begins and when it has passed, and every call hears its kind", async () => {
  const { store, thread, log } = scripted();
  await store.open();
  const answer = (trouble: "busy" | "full" | null): Reply => ({
    kind: "worked",
    reads: [],
    writes: [trouble ? { ok: false, trouble, message: "no room" } : { ok: true, value: [] }],
    migrations: MIGRATIONS,
  });
  for (const trouble of ["full", "busy", null, null] as const) {
    thread.respond = () => answer(trouble);
    const call = store.write(insert("x"));
    if (trouble) await assert.rejects(call, { trouble, message: 'cannot use "/x/appd.db": no room' });
    else await call;
    assert.equal(store.health().error, trouble && "no room");
  }
  assert.deepEqual(log.lines.map((line) => line.split(" {")[0]), [
    "warn the database cannot be used",
    "info the database works again",
  ]);
});

Deno.test("that it can be read does not make a database well that cannot be written", async () => {
  const { store, thread, log } = scripted();
  await store.open();
  const failed = { ok: false, trouble: "full", message: "no room" } as const;
  thread.respond = (request) =>
    request.kind !== "work" ? undefined : {
      kind: "worked",
      reads: request.reads.map(() => ({ ok: true, value: null })),
      writes: request.writes.map(() => failed),
      migrations: MIGRATIONS,
    };
  for (let n = 0; n < 3; n++) {
    await assert.rejects(store.write(insert("x")), { trouble: "full" });
    await store.read("SELECT 1");
    assert.equal(store.health().error, "no room");
  }
  assert.equal(log.lines.length, 1);
});

Deno.test("a lock of another process is waited for at the start, up to a limit", async () => {
  const refusal = { exit: "unavailable", message: "locked", hint: "wait", busy: true } as const;
  for (const [locked, opens] of [[3, true], [1e9, false]] as const) {
    const thread = new ScriptedThread();
    let asked = 0;
    thread.respond = () => asked++ < locked ? { kind: "refused", refusal } : OPENED;
    const options = { path: "/x", migrations: [NOTES], clock: systemClock, log: SILENT, start: thread.start };
    const open = openStore({ ...options, patience: opens ? 5000 : 250 });
    if (opens) assert.equal((await open).health().ok, true);
    else await assert.rejects(open, { name: "AppdError", message: "locked", exitCode: 69 });
    assert.ok(asked >= 3);
  }
});

Deno.test("the real thread: opens, writes, reads, closes, and lets the process end", async () => {
  using place = directory();
  const { systemClock } = await import("../system/clock.ts");
  await using store = await openStore({
    path: `${place.path}/appd.db`,
    migrations: [NOTES],
    clock: systemClock,
    log: SILENT,
  });
  await Promise.all(Array.from({ length: 5000 }, (_, n) => store.write(insert(`${n}`))));
  const rows = await store.read("SELECT count(*) AS n, max(id) AS last FROM note");
  assert.deepEqual(rows, [{ n: 5000, last: 5000 }]);
});
