import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

const MODULE = new URL("stdio.ts", import.meta.url).href;

Deno.test("writes at once and whole; a reader that is gone is no reason to fail", async () => {
  const script = `import { systemStderr } from ${JSON.stringify(MODULE)};
    const first = systemStderr.write(new Uint8Array(100_000).fill(120));
    await Deno.stdin.read(new Uint8Array(1));
    console.log(first, systemStderr.write(new Uint8Array(10)));`;
  const child = spawn(Deno.execPath(), ["eval", script], { stdio: ["pipe", "pipe", "pipe"] });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  let received = 0;
  const closed = new Promise<void>((resolve) => {
    child.stderr.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received < 100_000) return;
      child.stderr.destroy();
      resolve();
    });
  });
  await closed;
  child.stdin.end("x");
  assert.equal(await text(child.stdout), "true false\n");
  assert.equal(received, 100_000);
  await exited;
});
