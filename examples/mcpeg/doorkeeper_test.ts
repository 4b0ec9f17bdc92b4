import assert from "node:assert/strict";
import fs from "node:fs";
import type { McpegConfig } from "./config.ts";
import { Doorkeeper } from "./doorkeeper.ts";

/** The part of a configuration that is asked here. */
const withToken = (tokenFile?: string) => ({ server: { tokenFile } }) as unknown as McpegConfig;

function request(authorization?: string): Request {
  return new Request("http://127.0.0.1/mcp", { headers: authorization === undefined ? {} : { authorization } });
}

Deno.test("without a token everybody of this host is let in", async () => {
  assert.equal(await new Doorkeeper(() => withToken()).refuse(request()), undefined);
});

Deno.test("with one only who sends it, and after a reload only who sends the new one", async () => {
  const file = fs.mkdtempSync("/tmp/mcpeg-token-") + "/token";
  fs.writeFileSync(file, "sesame\n");
  let config = withToken(file);
  const doorkeeper = new Doorkeeper(() => config);
  const status = async (authorization?: string) => (await doorkeeper.refuse(request(authorization)))?.status ?? 200;
  assert.equal(await status("Bearer sesame"), 200);
  for (const wrong of [undefined, "Bearer", "Bearer sesam", "Bearer sesamE", "Basic sesame", "Bearer "]) {
    assert.equal(await status(wrong), 401, wrong);
  }
  fs.writeFileSync(file, "tahini\n");
  assert.equal(await status("Bearer sesame"), 200);
  config = withToken(file);
  assert.equal(await status("Bearer sesame"), 401);
  assert.equal(await status("Bearer tahini"), 200);
  const refused = await doorkeeper.refuse(request());
  assert.equal(refused?.headers.get("www-authenticate"), 'Bearer realm="mcpeg"');
  fs.rmSync(file.replace(/\/token$/, ""), { recursive: true });
});

Deno.test("an empty token lets nobody in", async () => {
  const file = Deno.makeTempFileSync();
  const refused = await new Doorkeeper(() => withToken(file)).refuse(request("Bearer x"));
  assert.equal(refused?.status, 401);
  fs.rmSync(file);
});
