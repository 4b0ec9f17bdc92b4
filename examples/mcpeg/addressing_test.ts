import assert from "node:assert/strict";
import { addressedIn } from "./addressing.ts";

Deno.test("a request is worded as its server knows it, and loses nothing but the client's token", () => {
  const params = { name: "docs__find", arguments: { q: 1 }, _meta: { progressToken: 7, trace: "x" } };
  assert.deepEqual(addressedIn({ method: "tools/call", params }), {
    ...{ server: "docs", method: "tools/call", target: "docs__find" },
    params: { name: "find", arguments: { q: 1 }, _meta: { trace: "x" } },
  });
});

Deno.test("resources and references", () => {
  const read = addressedIn({ method: "resources/read", params: { uri: "docs+file:///a" } });
  assert.deepEqual([read.server, read.params], ["docs", { uri: "file:///a" }]);
  const params = { ref: { type: "ref/prompt", name: "docs__greet" }, argument: { name: "a", value: "b" } };
  assert.deepEqual(addressedIn({ method: "completion/complete", params }).params, {
    ref: { type: "ref/prompt", name: "greet" },
    argument: { name: "a", value: "b" },
  });
});

Deno.test("what cannot be addressed is refused with the protocol's codes", () => {
  const code = (method: string, params = {}) => {
    try {
      addressedIn({ method, params });
    } catch (error) {
      return (error as { code: number }).code;
    }
  };
  assert.equal(code("tools/call", { name: "find" }), -32602);
  assert.equal(code("tools/call"), -32602);
  assert.equal(code("resources/read", { uri: "file:///a" }), -32002);
  assert.equal(code("tasks/get"), -32601);
  assert.equal(code("toString"), -32601);
  assert.equal(code("completion/complete"), -32002);
});
