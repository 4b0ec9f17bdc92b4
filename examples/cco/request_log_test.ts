import assert from "node:assert/strict";
import { nextTurn } from "../../src/system/clock.ts";
import { FakeClock } from "../../src/system/fake_clock.ts";
import { memoryStore } from "./memory_store.ts";
import { RequestLog, type RequestRow } from "./request_log.ts";

const ROW: RequestRow = { at: 1000, method: "GET", path: "/proxy/a", status: 200, bytes: 7, ms: 1.5, hit: true };

function setup() {
  const clock = new FakeClock();
  const store = memoryStore();
  const warnings: string[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (message: string) => void warnings.push(message) };
  return { clock, store, warnings, requests: new RequestLog({ store, clock, log }) };
}

const count = async (store: ReturnType<typeof memoryStore>) =>
  (await store.read("SELECT count(*) AS n FROM cco_requests"))[0]?.["n"];

Deno.test("rows come with all they say", async () => {
  const { store, requests } = setup();
  using _store = store;
  requests.add(ROW);
  await requests.flush();
  assert.deepEqual({ ...(await store.read("SELECT * FROM cco_requests"))[0] }, { id: 1, ...ROW, hit: 1 });
});

Deno.test("what comes within a second is one write", async () => {
  const { clock, store, requests } = setup();
  using _store = store;
  for (let i = 0; i < 100; i++) requests.add(ROW);
  clock.advance(1000);
  await requests.flush();
  assert.deepEqual([await count(store), store.writes], [100, 1]);
});

Deno.test("five hundred do not wait for the second to end", async () => {
  const { store, requests } = setup();
  using _store = store;
  for (let i = 0; i < 500; i++) requests.add(ROW);
  await nextTurn();
  assert.equal(store.writes, 1);
  await requests.flush();
});

Deno.test("the end writes what is left", async () => {
  const { store, clock, requests } = setup();
  using _store = store;
  requests.add(ROW);
  await requests[Symbol.asyncDispose]();
  assert.deepEqual([await count(store), clock.pending], [1, 0]);
});

Deno.test("rows that cannot be written wait, are told of, and keep their order", async () => {
  const { clock, store, requests, warnings } = setup();
  using _store = store;
  store.failure = new Error("no room");
  requests.add(ROW);
  clock.advance(1000);
  await assert.rejects(requests.flush(), /no room/);
  assert.equal(warnings.length, 1);
  requests.add({ ...ROW, at: 2000 });
  store.failure = undefined;
  await requests.flush();
  const rows = await store.read("SELECT at FROM cco_requests ORDER BY id");
  assert.deepEqual(rows.map(({ at }) => at), [1000, 2000]);
});
