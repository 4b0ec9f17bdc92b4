/** devtrack's log as its document (S1) has it; each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { devtrack, logOf, RARELY, repository, repositorySection } from "../support/devtrack.ts";
import { alive, signal, until } from "../support/instance.ts";

const countOf = (text: string, pattern: RegExp) => text.match(new RegExp(pattern, "gm"))?.length ?? 0;

Deno.test("S1 Log Format, S1 Configuration: repositories: what is watched is named once, at the start and when a HUP brings it; so is the next trigger", async () => {
  await using app = devtrack();
  const [one, two] = [await repository(app, "one"), await repository(app, "two")];
  app.write(RARELY + repositorySection("one", one));
  await app.start();
  const { scheduler } = await app.status();
  const began = logOf(app);
  assert.match(began, new RegExp(`Z INFO  devtrack\\.git: watches the repository repository=one path=${one}$`, "m"));
  assert.match(began, new RegExp(`devtrack\\.scheduler: the scheduler has begun .*next=${scheduler.next_at}$`, "m"));
  assert.doesNotMatch(began, /repository=two/);
  app.write(RARELY + repositorySection("one", one) + repositorySection("two", two));
  signal(app.pid(), "SIGHUP");
  await until("the other one", () => logOf(app).includes(`watches the repository repository=two path=${two}\n`));
  app.write(RARELY + repositorySection("two", two));
  assert.equal((await app.run(["reload"])).code, 0);
  await until("the end of the first", () => logOf(app).includes("stopped watching the repository repository=one"));
  for (const name of ["one", "two"]) assert.equal(countOf(logOf(app), new RegExp(`watches the .*=${name} `)), 1);
  assert.equal(countOf(logOf(app), /the scheduler has begun/), 1);
});

for (const name of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`S1 ${name}, S1 Graceful Shutdown: the log has the shutdown, the end of git, of the scheduler, and of all, in this order`, async () => {
    await using app = devtrack();
    app.write(RARELY + repositorySection("repo", await repository(app, "repo")));
    await app.start();
    const pid = app.pid();
    signal(pid, name);
    await until("its end", () => !alive(pid));
    assert.ok(!fs.existsSync(join(app.home, "daemon.pid")));
    const steps = [
      "shutdown began",
      "stopped watching the repository",
      "the scheduler has stopped",
      "shutdown complete",
    ];
    const log = logOf(app);
    const places = steps.map((step) => log.indexOf(step));
    assert.deepEqual(places, places.toSorted((a, b) => a - b), log);
    assert.ok(places.every((place) => place > 0), log);
    assert.match(log, /shutdown complete.*\n$/);
    for (const step of steps) assert.equal(countOf(log, new RegExp(step)), 1, step);
  });
}
