import assert from "node:assert/strict";
import { measured } from "./measured.ts";

function setup(body: BodyInit | null) {
  const ends: number[] = [];
  return {
    ends,
    response: measured(new Response(body, { status: 203, headers: { "x-a": "1" } }), (n) => ends.push(n)),
  };
}

Deno.test("the end comes with the last byte, and the answer stays as it was", async () => {
  const { ends, response } = setup("twelve bytes");
  assert.deepEqual(ends, []);
  assert.equal(await response.text(), "twelve bytes");
  assert.deepEqual([ends, response.status, response.headers.get("x-a")], [[12], 203, "1"]);
});

Deno.test("without a body it comes at once", () => {
  const ends: number[] = [];
  measured(new Response(null, { status: 204 }), (bytes) => ends.push(bytes));
  assert.deepEqual(ends, [0]);
});

Deno.test("a client that goes away while nothing comes is one end", async () => {
  const { ends, response } = setup(new ReadableStream());
  const reader = response.body!.getReader();
  const read = reader.read();
  await reader.cancel();
  await read;
  assert.deepEqual(ends, [0]);
});

Deno.test("an upstream that breaks off is an end too", async () => {
  const { ends, response } = setup(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(3));
      },
      pull: (controller) => controller.error(new Error("reset")),
    }),
  );
  await assert.rejects(response.arrayBuffer(), /reset/);
  assert.deepEqual(ends, [3]);
});
