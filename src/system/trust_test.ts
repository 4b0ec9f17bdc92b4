import assert from "node:assert/strict";
import { trustHost } from "./trust.ts";

Deno.test("the host's authorities are trusted, unless the environment says otherwise", () => {
  const env = new Map<string, string>();
  trustHost(env);
  assert.deepEqual([...env], [["DENO_TLS_CA_STORE", "system,mozilla"]]);
  env.set("DENO_TLS_CA_STORE", "mozilla");
  trustHost(env);
  assert.deepEqual([...env], [["DENO_TLS_CA_STORE", "mozilla"]]);
});
