import assert from "node:assert/strict";
import { namedUnderRoof, resourceUnderRoof, resultUnderRoof, templateUnderRoof } from "./rewrite.ts";

Deno.test("lists: names and URIs change, the rest stays", () => {
  assert.deepEqual(namedUnderRoof("docs", { name: "find", title: "Find", inputSchema: {} }), {
    name: "docs__find",
    title: "Find",
    inputSchema: {},
  });
  assert.deepEqual(resourceUnderRoof("docs", { uri: "file:///a", name: "a" }), { uri: "docs+file:///a", name: "a" });
  assert.deepEqual(templateUnderRoof("docs", { uriTemplate: "memo://{id}" }), { uriTemplate: "docs+memo://{id}" });
});

Deno.test("what a tool says of resources can be read through the gateway", () => {
  const content = [
    { type: "text", text: "see file:///a" },
    { type: "resource_link", uri: "file:///a", name: "a" },
    { type: "resource", resource: { uri: "file:///b", text: "b" } },
  ];
  assert.deepEqual(resultUnderRoof("docs", { content, structuredContent: { uri: "file:///c" } }), {
    content: [
      { type: "text", text: "see file:///a" },
      { type: "resource_link", uri: "docs+file:///a", name: "a" },
      { type: "resource", resource: { uri: "docs+file:///b", text: "b" } },
    ],
    structuredContent: { uri: "file:///c" },
  });
});

Deno.test("contents of a resource and messages of a prompt", () => {
  assert.deepEqual(resultUnderRoof("docs", { contents: [{ uri: "file:///a", text: "a" }] }), {
    contents: [{ uri: "docs+file:///a", text: "a" }],
  });
  const message = { role: "user", content: { type: "resource", resource: { uri: "x:1" } } };
  assert.deepEqual(resultUnderRoof("docs", { messages: [message, { role: "user", content: "plain" }] }), {
    messages: [{ role: "user", content: { type: "resource", resource: { uri: "docs+x:1" } } }, {
      role: "user",
      content: "plain",
    }],
  });
});

Deno.test("a result in a form of its own passes as it is", () => {
  assert.deepEqual(resultUnderRoof("docs", { content: "text", extra: 1 }), { content: "text", extra: 1 });
  assert.deepEqual(resultUnderRoof("docs", { content: [1, null] }), { content: [1, null] });
});
