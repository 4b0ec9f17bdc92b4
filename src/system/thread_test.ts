import assert from "node:assert/strict";
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { startThread, threadModule } from "./thread.ts";

const SERVE = new URL("./thread.ts", import.meta.url).href;

async function inModule(source: string, use: (module: URL) => Promise<void>): Promise<void> {
  const directory = fs.mkdtempSync("/tmp/appd-thread-");
  try {
    fs.writeFileSync(`${directory}/module.ts`, `import { serveThread } from "${SERVE}";\n${source}`);
    await use(pathToFileURL(`${directory}/module.ts`));
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

Deno.test("messages go to a thread and come back as copies", async () => {
  await inModule("serveThread((m, reply) => { reply(m); reply('done'); });", async (module) => {
    const heard: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const died = (reason: string) => assert.fail(reason);
    using thread = startThread(module, { died, message: (m) => heard.push(m) === 2 && resolve() });
    thread.post({ bytes: new Uint8Array([1, 2]) });
    await promise;
    assert.deepEqual(heard, [{ bytes: new Uint8Array([1, 2]) }, "done"]);
  });
});

Deno.test("an error that nobody catches ends the thread and not the process", async () => {
  await inModule("serveThread(() => { throw new Error('boom'); });", async (module) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    using thread = startThread(module, { message: () => {}, died: resolve });
    thread.post("anything");
    assert.match(await promise, /boom/);
  });
});

Deno.test("a thread whose module is missing has died", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  using _thread = startThread(new URL("file:///nowhere/at/all.ts"), { message: () => {}, died: resolve });
  assert.match(await promise, /Module not found|not found/i);
});

Deno.test("a thread's module ends as the module that asks for it does: source or bundle", () => {
  assert.equal(threadModule("x_worker", "file:///a/open.ts").href, "file:///a/x_worker.ts");
  assert.equal(threadModule("x_worker", "file:///a/chunk-7XY.js").href, "file:///a/x_worker.js");
});
