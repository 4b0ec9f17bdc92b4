/** How devtrack begins, as its document (S1) has it; each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { devtrack, logOf, RARELY, repository, repositorySection } from "../support/devtrack.ts";
import { until } from "../support/instance.ts";

Deno.test("S1 Daemon Lifecycle: with a configuration that is wrong nothing begins: no PID file, no log", async () => {
  await using app = devtrack("[settings]\nprompt_interval = 0\n");
  assert.equal((await app.run(["start"])).code, 78);
  for (const name of ["daemon.pid", "daemon.log", "devtrack.db"]) assert.ok(!fs.existsSync(join(app.home, name)), name);
});

Deno.test("S1 Daemon Lifecycle: log, PID file, git and scheduler begin in this order, and then it is ready", async () => {
  await using app = devtrack();
  app.write(RARELY + repositorySection("repo", await repository(app, "repo")));
  await app.start();
  const log = logOf(app);
  const steps = ["devtrack starts", "watches the repository", "the scheduler has begun", "devtrack is ready"];
  const times = steps.map((step) => Date.parse(new RegExp(`^(\\S+) .*${step}`, "m").exec(log)?.[1] ?? ""));
  const [starts = NaN, ...later] = times;
  const { mtimeMs: pidAt } = fs.statSync(join(app.home, "daemon.pid"));
  const inOrder = [starts, ...later];
  assert.deepEqual(inOrder, inOrder.toSorted((a, b) => a - b), log);
  assert.ok(inOrder.every((time) => !Number.isNaN(time)), log);
  assert.ok(Math.floor(pidAt) <= (later[0] ?? NaN), "nothing is watched before the PID file is there");
});

Deno.test("S1 Daemon Lifecycle: a signal that comes as soon as the PID can be seen is heeded", async () => {
  await using app = devtrack(RARELY);
  const child = app.spawn(["run"]);
  await until("the PID file", () => app.pid() === child.pid);
  child.kill("SIGTERM");
  const { code, signal } = await child.output();
  assert.deepEqual([code, signal], [0, null]);
  assert.ok(!fs.existsSync(join(app.home, "daemon.pid")));
});
