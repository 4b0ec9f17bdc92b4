import assert from "node:assert/strict";
import { type Ask, readCatalog } from "./catalog.ts";
import { RPC, RpcError } from "./rpc_error.ts";

Deno.test("every page of every list that the server has", async () => {
  const asked: string[] = [];
  const ask: Ask = (method, { cursor = "0" }) => {
    asked.push(`${method} ${cursor}`);
    const page = Number(cursor);
    const more = page < 2 ? { nextCursor: String(page + 1) } : {};
    return Promise.resolve({ tools: [{ name: `t${page}` }], ...more });
  };
  const catalog = await readCatalog(ask, { tools: {} });
  assert.deepEqual(catalog.tools, [{ name: "t0" }, { name: "t1" }, { name: "t2" }]);
  assert.deepEqual(catalog.prompts, []);
  assert.deepEqual(asked, ["tools/list 0", "tools/list 1", "tools/list 2"]);
});

Deno.test("a server without templates says that it does not know the method", async () => {
  const ask: Ask = (method) =>
    method === "resources/list"
      ? Promise.resolve({ resources: [{ uri: "a:b" }] })
      : Promise.reject(new RpcError(RPC.noSuchMethod, "Method not found"));
  const catalog = await readCatalog(ask, { resources: {} });
  assert.deepEqual(catalog.resources, [{ uri: "a:b" }]);
  assert.deepEqual(catalog.resourceTemplates, []);
});

Deno.test("any other failure is one", async () => {
  await assert.rejects(readCatalog(() => Promise.reject(new Error("gone")), { tools: {} }), /gone/);
});

Deno.test("a cursor that never ends is not followed for ever", async () => {
  await assert.rejects(
    readCatalog(() => Promise.resolve({ tools: [], nextCursor: "x" }), { tools: {} }),
    /tools\/list has more than 100 pages/,
  );
});
