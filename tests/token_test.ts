/** The token that opens TCP, exchanged while the daemon runs. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { Instance } from "./support/instance.ts";

const [OLD, NEW] = ["0123456789abcdef", "fedcba9876543210"];

Deno.test("a reload takes up another content of the token file, and refuses one that is no token", async () => {
  await using instance = new Instance();
  const token = (text: string) => fs.writeFileSync(`${instance.home}/token`, text, { mode: 0o600 });
  const rotate = async (word: string) => {
    const headers = { authorization: `Bearer ${word}` };
    const response = await fetch(`http://127.0.0.1:${instance.port}/api/v1/rotate`, { method: "POST", headers });
    await response.body?.cancel();
    return response.status;
  };
  instance.write(`[server]\nport = ${instance.port}\ntoken_file = "token"\n`);
  token("0123 4567 89ab cdef");
  assert.equal((await instance.run(["start"])).code, 78);
  token(OLD);
  await instance.start();
  assert.deepEqual([await rotate(OLD), await rotate(NEW)], [200, 401]);
  token(NEW);
  assert.match((await instance.run(["reload", "--plan"])).stdout, /\* applied +server\.token_file/);
  assert.deepEqual([await rotate(OLD), await rotate(NEW)], [200, 401], "a plan changes nothing");
  assert.match((await instance.run(["reload"])).stdout, /reloaded\n +\* applied +server\.token_file/);
  assert.deepEqual([await rotate(OLD), await rotate(NEW)], [401, 200]);
  assert.match((await instance.run(["reload"])).stdout, /nothing changed/);
  token("short");
  const refused = await instance.run(["reload"]);
  assert.deepEqual([refused.code, /less than 16 characters/.test(refused.stderr)], [78, true], refused.stderr);
  assert.deepEqual([await rotate(OLD), await rotate(NEW)], [401, 200], "the one before stays");
});
