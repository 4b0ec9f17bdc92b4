import assert from "node:assert/strict";
import { RPC, RpcError, rpcErrorOf } from "./rpc_error.ts";

const told = (error: unknown) => {
  const { code, message, data } = rpcErrorOf(error, "docs");
  return [code, message, data];
};

Deno.test("a server's own error is told as it is, without what was put in front of it on the way", () => {
  const error = Object.assign(new Error("MCP error -32050: no luck"), { code: -32050, data: 1 });
  assert.deepEqual(told(error), [-32050, "no luck", 1]);
  assert.deepEqual(told(new RpcError(-32602, "bad")), [-32602, "bad", undefined]);
});

Deno.test("everything else means that the server cannot be reached", () => {
  const unavailable = (error: unknown, message: string) =>
    assert.deepEqual(told(error), [RPC.unavailable, message, { server: "docs" }]);
  unavailable(new TypeError("refused"), 'server "docs" cannot be reached: refused');
  unavailable(Object.assign(new Error("no session"), { code: 404 }), 'server "docs" cannot be reached: no session');
  unavailable(Object.assign(new Error("not found"), { code: "ENOENT" }), 'server "docs" cannot be reached: not found');
  unavailable(
    Object.assign(new Error("MCP error -32000: Connection closed"), { code: -32000 }),
    'server "docs" went away during the call',
  );
  unavailable("odd", 'server "docs" cannot be reached: odd');
});
