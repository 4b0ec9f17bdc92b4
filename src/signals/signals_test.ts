import assert from "node:assert/strict";
import { openSignalInbox, type SignalRequest } from "./signals.ts";

function fakeSource() {
  const handlers = new Map<Deno.Signal, () => void>();
  return {
    add: (signal: Deno.Signal, fn: () => void) => void handlers.set(signal, fn),
    remove: (signal: Deno.Signal) => void handlers.delete(signal),
    raise: (signal: Deno.Signal) => handlers.get(signal)?.(),
    handlers,
  };
}

Deno.test("what comes before anybody serves is kept, once per kind", async () => {
  const source = fakeSource();
  using inbox = openSignalInbox(source);
  for (let i = 0; i < 100; i++) source.raise("SIGHUP");
  source.raise("SIGUSR1");
  const seen: SignalRequest[] = [];
  inbox.serve((request) => (seen.push(request), Promise.resolve()));
  await Promise.resolve();
  assert.deepEqual(seen, ["reload", "rotate"]);
});

Deno.test("a storm during one rotation asks for exactly one more", async () => {
  const source = fakeSource();
  using inbox = openSignalInbox(source);
  let runs = 0;
  let release = () => {};
  inbox.serve(() => {
    runs++;
    return new Promise<void>((resolve) => release = resolve);
  });
  for (let i = 0; i < 500; i++) source.raise("SIGUSR1");
  assert.equal(runs, 1);
  release();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(runs, 2);
  release();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(runs, 2);
});

Deno.test("the second SIGINT is told apart from the first", () => {
  const source = fakeSource();
  using inbox = openSignalInbox(source);
  let repeated = 0;
  inbox.onRepeatedInterrupt(() => repeated++);
  source.raise("SIGINT");
  assert.equal(repeated, 0);
  source.raise("SIGINT");
  assert.equal(repeated, 1);
});

Deno.test("disposing takes all handlers away", () => {
  const source = fakeSource();
  openSignalInbox(source)[Symbol.dispose]();
  assert.equal(source.handlers.size, 0);
});
