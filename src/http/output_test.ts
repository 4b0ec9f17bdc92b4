import assert from "node:assert/strict";
import { writeResponse } from "./output.ts";

/** What goes over the wire for a response to GET. */
async function written(response: Response): Promise<string> {
  let text = "";
  const write = (bytes: Uint8Array) => {
    text += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  };
  await writeResponse({ write }, response, { method: "GET", version: "1.1" });
  return text;
}

Deno.test("a status that another server has said has its own reason", async () => {
  assert.match(await written(new Response("", { status: 416 })), /^HTTP\/1\.1 416 Range Not Satisfiable\r\n/);
  assert.match(await written(new Response("", { status: 418 })), /^HTTP\/1\.1 418 Status\r\n/);
});
