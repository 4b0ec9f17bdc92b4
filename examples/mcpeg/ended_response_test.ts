import assert from "node:assert/strict";
import { endedResponse } from "./ended_response.ts";

/** A response that counts how often its end is told. */
function counted(body: ReadableStream<Uint8Array> | string | null) {
  const count = { ends: 0 };
  return { count, response: endedResponse(new Response(body), () => count.ends++) };
}

Deno.test("a body that was read to its end, or that was never there, has ended once", async () => {
  const { count, response } = counted("hello");
  assert.equal(count.ends, 0);
  assert.equal(await response.text(), "hello");
  assert.equal(count.ends, 1);
  assert.equal(counted(null).count.ends, 1);
});

Deno.test("a body that is given up has ended once, also when a read is under way", async () => {
  const source = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
  const { count, response } = counted(source);
  const reader = response.body?.getReader();
  const reading = reader?.read();
  await reader?.cancel();
  assert.equal((await reading)?.done, true);
  assert.equal(count.ends, 1);
});

Deno.test("a body that breaks off has ended, and its reader hears why", async () => {
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new Error("gone"));
    },
  });
  const { count, response } = counted(source);
  await assert.rejects(response.text(), /gone/);
  assert.equal(count.ends, 1);
});
