import assert from "node:assert/strict";
import { FakeClock } from "../../src/system/fake_clock.ts";
import { AnswerCache } from "./answer_cache.ts";
import { Gateway } from "./gateway.ts";
import type { Answer } from "./proxy.ts";
import type { RequestRow } from "./request_log.ts";

function setup(answer: () => Promise<Answer> = () => Promise.resolve({ response: new Response("four"), hit: true })) {
  const clock = new FakeClock();
  const rows: RequestRow[] = [];
  const requests = { add: (row: RequestRow) => void rows.push(row), flush: () => Promise.resolve() };
  const gateway = new Gateway();
  const line = { proxy: { answer }, cache: new AnswerCache({ size: 1, ttl: 1, clock }), requests, clock };
  const ask = () => gateway.answer(new Request("http://127.0.0.1:3000/proxy/a?secret=1"));
  return { clock, rows, gateway, line, ask };
}

Deno.test("every request has its row, from its beginning to its last byte", async () => {
  const { clock, rows, gateway, line, ask } = setup();
  gateway.open(line);
  const response = await ask();
  assert.deepEqual([rows.length, gateway.underWay], [0, 1]);
  const at = clock.now();
  clock.advance(25);
  await response.text();
  assert.deepEqual(rows, [{ at, method: "GET", path: "/proxy/a", status: 200, bytes: 4, ms: 25, hit: true }]);
  assert.equal(gateway.underWay, 0);
});

Deno.test("without a line, and without an upstream, the answer says why", async () => {
  const { gateway, line, ask } = setup();
  const none = await ask();
  assert.deepEqual([none.status, none.headers.get("retry-after")], [503, "1"]);
  assert.equal((await none.json()).error.hint, "see: cco why proxy");
  gateway.open({ ...line, proxy: undefined });
  const unset = await ask();
  assert.deepEqual([unset.status, (await unset.json()).error.message], [503, "no upstream is configured"]);
});

Deno.test("a close takes no more requests and waits for those under way", async () => {
  const { rows, gateway, line, ask } = setup();
  gateway.open(line);
  const response = await ask();
  let closed = false;
  const closing = gateway.close().then(() => closed = true);
  assert.equal((await ask()).status, 503);
  assert.equal(closed, false);
  await response.text();
  await closing;
  assert.equal(rows.length, 1);
});

Deno.test("a close with nothing under way is done at once", async () => {
  const { gateway, line } = setup();
  gateway.open(line);
  await gateway.close();
  assert.equal(gateway.line, undefined);
});

Deno.test("a failure is the daemon's to answer, and keeps no close waiting", async () => {
  const { rows, gateway, line, ask } = setup(() => Promise.reject(new Error("a bug")));
  gateway.open(line);
  await assert.rejects(ask(), /a bug/);
  await gateway.close();
  assert.deepEqual(rows, []);
});
