import assert from "node:assert/strict";
import { ownerOfName, ownerOfUri, roofName, roofUri, SERVER_NAME } from "./names.ts";

Deno.test("a name goes under the roof and back, whatever the server calls its tool", () => {
  for (const own of ["search", "a__b", "__init", "_", "x.y/z", "ütf"]) {
    const owned = { server: "docs", own };
    assert.deepEqual(ownerOfName(roofName(owned)), owned);
  }
});

Deno.test("two servers never share a name", () => {
  assert.notEqual(roofName({ server: "a", own: "b__c" }), roofName({ server: "a-b", own: "c" }));
  assert.equal(SERVER_NAME.test("a__b"), false);
  assert.equal(SERVER_NAME.test("a_"), false);
  assert.equal(SERVER_NAME.test("a+b"), false);
});

Deno.test("a URI goes under the roof and back, and stays one", () => {
  for (const own of ["file:///a+b", "https://example.com/?q=1+1", "memo://x/{id}", "a+b:c"]) {
    const owned = { server: "docs-2", own };
    assert.deepEqual(ownerOfUri(roofUri(owned)), owned);
  }
  assert.equal(new URL(roofUri({ server: "docs-2", own: "file:///x" })).protocol, "docs-2+file:");
});

Deno.test("what the gateway never gave has no owner", () => {
  for (const name of ["search", "__search", "docs__", "Docs__search", ""]) assert.equal(ownerOfName(name), undefined);
  for (const uri of ["file:///a", "+file:///a", "docs+", "", "http://x/a+b"]) {
    assert.equal(ownerOfUri(uri), undefined, uri);
  }
});
