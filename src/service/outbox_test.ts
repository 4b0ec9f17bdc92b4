import assert from "node:assert/strict";
import type { Logger } from "../base/logger.ts";
import { SILENT } from "../base/logger.ts";
import { VirtualClock } from "../system/virtual_clock.ts";
import { Outbox, type Wire } from "./outbox.ts";

/** A wire whose messages arrive when the test says so. */
function lab() {
  const clock = new VirtualClock(0);
  const told: string[] = [];
  const arrived: string[] = [];
  const pending: { text: string; done: PromiseWithResolvers<void> }[] = [];
  let closed = false;
  const log: Logger = {
    ...SILENT,
    warn: (_, fields) => void told.push(String(fields?.cause)),
    info: (m) => void told.push(m),
  };
  const wire: Wire = {
    send(text) {
      const done = Promise.withResolvers<void>();
      pending.push({ text, done });
      return done.promise;
    },
    [Symbol.dispose]() {
      closed = true;
    },
  };
  async function settle(how: "arrives" | Error): Promise<void> {
    const next = pending.shift();
    assert.ok(next, "nothing is on its way");
    if (how === "arrives") {
      arrived.push(next.text);
      next.done.resolve();
    } else next.done.reject(how);
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }
  return { clock, told, arrived, pending, settle, outbox: new Outbox(wire, { clock, log }), isClosed: () => closed };
}

Deno.test("messages go one after the other, in order", async () => {
  const t = lab();
  for (const text of ["READY=1", "RELOADING=1", "READY=1"]) t.outbox.post(text);
  assert.equal(t.pending.length, 1);
  for (let i = 0; i < 3; i++) await t.settle("arrives");
  assert.deepEqual(t.arrived, ["READY=1", "RELOADING=1", "READY=1"]);
  t.outbox.post("STOPPING=1");
  await t.settle("arrives");
  assert.equal(t.arrived.length, 4);
});

Deno.test("while the receiver does not read, what is out of date gives way, what happened stays", async () => {
  const t = lab();
  t.outbox.post("READY=1");
  for (let i = 0; i < 100; i++) {
    t.outbox.post(`STATUS=${i}`, { fleeting: true });
    t.outbox.post("WATCHDOG=1", { fleeting: true });
  }
  t.outbox.post("STOPPING=1\nSTATUS=stopping");
  for (let i = 0; i < 4; i++) await t.settle("arrives");
  assert.deepEqual(t.arrived, ["READY=1", "STATUS=99", "WATCHDOG=1", "STOPPING=1\nSTATUS=stopping"]);
  assert.equal(t.pending.length, 0);
});

Deno.test("no memory is lost to a receiver that never reads", async () => {
  const t = lab();
  for (let i = 0; i < 500; i++) t.outbox.post(`READY=${i}`);
  await t.settle("arrives");
  await t.settle("arrives");
  assert.deepEqual(t.arrived, ["READY=0", "READY=436"]);
});

Deno.test("a message that cannot be sent is told once, and so is that it goes again", async () => {
  const t = lab();
  for (const how of [new Error("ENOENT"), new Error("ENOENT"), "arrives", new Error("ECONNREFUSED")] as const) {
    t.outbox.post("WATCHDOG=1", { fleeting: true });
    await t.settle(how);
  }
  assert.deepEqual(t.told, ["ENOENT", "the service manager hears us again", "ECONNREFUSED"]);
});

Deno.test("a receiver that does not read is told of once", async () => {
  const t = lab();
  t.outbox.post("READY=1");
  t.clock.advance(4999);
  assert.deepEqual(t.told, []);
  t.clock.advance(60_000);
  assert.deepEqual(t.told, ["it does not read what it is sent"]);
  await t.settle("arrives");
});

Deno.test("closing waits for what is on its way, and not longer than it may", async () => {
  const good = lab();
  good.outbox.post("STOPPING=1");
  const closing = good.outbox.close(300);
  await good.settle("arrives");
  await closing;
  assert.deepEqual([good.arrived, good.isClosed()], [["STOPPING=1"], true]);

  const bad = lab();
  bad.outbox.post("STOPPING=1");
  bad.outbox.post("STATUS=x");
  const giving = bad.outbox.close(300);
  bad.clock.advance(300);
  await giving;
  assert.ok(bad.isClosed());
  await bad.settle(new Error("closed"));
  assert.deepEqual([bad.told, bad.pending.length], [[], 0]);
});
