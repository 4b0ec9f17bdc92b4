import assert from "node:assert/strict";
import { requestBody } from "./request_body.ts";

function request(body: BodyInit | undefined, headers: Record<string, string> = {}): Request {
  return new Request("http://127.0.0.1/", { method: "POST", headers, ...(body === undefined ? {} : { body }) });
}

Deno.test("a body of a known, small length goes in one piece", async () => {
  const { body } = await requestBody(request("four", { "content-length": "4" }));
  assert.ok(body instanceof ArrayBuffer);
  assert.equal(new TextDecoder().decode(body), "four");
});

Deno.test("a long body, and one of unknown length, goes as it comes", async () => {
  const { body, failure } = await requestBody(request(new Blob(["four"]).stream()));
  assert.ok(body instanceof ReadableStream);
  assert.equal(await new Response(body).text(), "four");
  assert.equal(failure(), undefined);
  const { body: long } = await requestBody(request("x", { "content-length": "2000000" }));
  assert.ok(long instanceof ReadableStream);
  await long.cancel();
});

Deno.test("why the client's part broke off is remembered", async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("too slow")) });
  const { body, failure } = await requestBody(request(broken));
  await assert.rejects(new Response(body).text(), /too slow/);
  assert.match(String(failure()), /too slow/);
});

Deno.test("no body is none", async () => {
  assert.equal((await requestBody(request(undefined))).body, undefined);
});
