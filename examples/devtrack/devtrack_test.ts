/** When devtrack asks, and what becomes of the answers: on a clock that the test moves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { startApp, type TestDaemon, until } from "../../src/testing/mod.ts";
import { app } from "./devtrack.ts";
import type { Trigger } from "./triggers.ts";

const HOUR = 3_600_000;

async function triggers(daemon: TestDaemon): Promise<Trigger[]> {
  return (await (await daemon.request("/api/devtrack/triggers")).json()).triggers;
}

/** Waits for so many triggers, newest first. */
async function asked(daemon: TestDaemon, count: number): Promise<Trigger[]> {
  return await until(`${count} triggers`, async () => {
    const found = await triggers(daemon);
    return found.length >= count ? found : undefined;
  });
}

Deno.test("the developer is asked every three hours, unless the settings say otherwise", async () => {
  await using daemon = await startApp(app);
  await daemon.clock.pass(2.9 * HOUR);
  assert.deepEqual(await triggers(daemon), []);
  await daemon.clock.pass(0.2 * HOUR);
  const [first] = await asked(daemon, 1);
  assert.equal(first?.cause, "timer");
  await daemon.reload("[settings]\nprompt_interval = 1\n");
  await daemon.clock.pass(HOUR / 10);
  await asked(daemon, 4);
});

Deno.test("with work_hours_only nobody is asked before the work begins", async () => {
  const config = '[settings]\nwork_hours_only = true\nprompt_interval = 10\ntimezone = "UTC"\n';
  await using daemon = await startApp(app, { config, now: new Date("2025-11-03T08:25:00Z") });
  await daemon.clock.pass(HOUR / 2);
  assert.deepEqual(await triggers(daemon), []);
  await daemon.clock.pass(HOUR / 4);
  const first = (await asked(daemon, 1)).at(-1);
  assert.equal(first?.at.slice(0, 13), "2025-11-03T09");
});

Deno.test("an answer is given once, and a wrong number is told", async () => {
  await using daemon = await startApp(app);
  await daemon.runJob("prompt");
  const answer = (id: number, text: string) =>
    daemon.request(`/api/devtrack/triggers/${id}/answer`, { method: "POST", body: JSON.stringify({ answer: text }) });
  const first = await answer(1, "the parser");
  assert.equal((await first.json()).answer, "the parser");
  assert.ok((await answer(1, "another")).status >= 400);
  assert.ok((await answer(7, "nobody asked")).status >= 400);
  assert.ok((await answer(1, "")).status >= 400);
  assert.equal((await triggers(daemon))[0]?.answer, "the parser");
});

Deno.test("started inside a repository it watches that, unless the configuration names another", async () => {
  await using plain = await startApp(app);
  const repository = join(plain.home, "my project", "deep");
  fs.mkdirSync(join(plain.home, "my project", ".git"), { recursive: true });
  fs.mkdirSync(repository);
  assert.deepEqual(plain.status().repositories, []);
  await using inside = await startApp(app, { startedIn: repository });
  assert.deepEqual(inside.status().repositories.map(({ name }) => name), ["my-project"]);
  const config = '[[repository]]\nname = "other"\npath = "/srv/other"\n';
  await using named = await startApp(app, { startedIn: repository, config });
  assert.deepEqual(named.status().repositories.map(({ name }) => name), ["other"]);
});

Deno.test("the settings are checked together", async () => {
  await assert.rejects(startApp(app, { config: "[settings]\nwork_start_hour = 19\n" }), /work_end_hour is 18/);
  await assert.rejects(
    startApp(app, { config: "[settings]\npromt_interval = 60\n" }),
    /promt_interval is not a known setting/,
  );
});
