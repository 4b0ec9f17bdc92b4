/** The database of triggers and answers is lost while devtrack runs. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { startApp, type TestDaemon, until } from "../../src/testing/mod.ts";
import { app } from "./devtrack.ts";
import type { Trigger } from "./triggers.ts";

function lose(daemon: TestDaemon): void {
  for (const suffix of ["", "-wal", "-shm"]) fs.rmSync(join(daemon.home, `devtrack.db${suffix}`), { force: true });
}

async function triggers(daemon: TestDaemon): Promise<Trigger[]> {
  return (await (await daemon.request("/api/devtrack/triggers")).json()).triggers;
}

async function answer(daemon: TestDaemon, id: number): Promise<number> {
  const body = JSON.stringify({ answer: "the parser" });
  return (await daemon.request(`/api/devtrack/triggers/${id}/answer`, { method: "POST", body })).status;
}

Deno.test("a question has no number of one that was lost with the database: no answer goes to another", async () => {
  await using daemon = await startApp(app);
  await daemon.runJob("prompt");
  await daemon.runJob("prompt");
  lose(daemon);
  await daemon.runJob("prompt");
  assert.deepEqual((await triggers(daemon)).map(({ id }) => id), [3]);
  assert.deepEqual([await answer(daemon, 1), await answer(daemon, 3)], [409, 200]);
});

Deno.test("an answer that the command gives after the database was lost is kept, with its question", async () => {
  const home = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "devtrack-lost-"));
  const [asked, open] = [join(home, "asked"), join(home, "open")];
  const script = `touch ${asked}; until test -e ${open}; do sleep 0.05; done; echo the parser`;
  await using daemon = await startApp(app, {
    config: `[settings]\nprompt_command = ${JSON.stringify(["/bin/sh", "-c", script])}\n`,
  });
  const run = daemon.runJob("prompt");
  await until("the developer is asked", () => fs.existsSync(asked));
  lose(daemon);
  assert.deepEqual(await triggers(daemon), []);
  fs.writeFileSync(open, "");
  assert.equal((await run).state, "ok");
  assert.deepEqual((await triggers(daemon)).map((one) => one.answer), ["the parser"]);
  fs.rmSync(home, { recursive: true });
});

Deno.test("who listens hears of what comes in a database that has lower numbers", async () => {
  await using daemon = await startApp(app);
  await daemon.runJob("prompt");
  const response = await daemon.request("/api/devtrack/stream?after=40");
  const reader = response.body?.getReader() ?? assert.fail();
  const heard = reader.read().then(({ value }) => new TextDecoder().decode(value));
  await daemon.clock.pass(1000);
  assert.match(await heard, /^id: 1\n/);
  await reader.cancel();
});
