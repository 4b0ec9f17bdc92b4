/** devtrack's log as its document (S1) has it; each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { devtrack, logOf, RARELY, repository, repositorySection, sh } from "../support/devtrack.ts";
import { remains, signal, until } from "../support/instance.ts";

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
    await until("its end", () => !remains(pid));
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

Deno.test("S1 View Logs: the document's own commands find errors and triggers", async () => {
  await using app = devtrack('[settings]\nprompt_interval = 600\nprompt_command = ["false"]\n');
  await app.start();
  const found = (script: string) => sh(script, app.env());
  assert.equal(await found("grep ERROR ~/.devtrack/daemon.log || true"), "");
  assert.notEqual((await app.run(["jobs", "run", "prompt", "--wait"])).code, 0);
  assert.match(
    await found("grep ERROR ~/.devtrack/daemon.log"),
    /^\S+Z ERROR devtrack\.jobs: run 1 ended: failed.*\n$/,
  );
  const lines = (await found('grep "trigger" ~/.devtrack/daemon.log')).trimEnd().split("\n");
  assert.match(lines[0] ?? "", /run 1 started: trigger #1, manual/);
  assert.ok(lines.every((line) => /^\d{4}-\d\d-\d\dT/.test(line)));
  assert.match(await found("ls -la ~/.devtrack/daemon.log"), /^-rw-r-----|^-rw-------/);
});

Deno.test("S1 Log Management, S1 Next Steps: log rotation, S1 Future: log rotation and compression: a log that grows too large is rotated, and no trigger is lost or doubled", async () => {
  await using app = devtrack(`${RARELY}[log]\nrotate_size = "2KiB"\nmax_files = 100\n`);
  await app.start();
  const count = 12;
  for (let run = 0; run < count; run++) assert.equal((await app.run(["jobs", "run", "prompt", "--wait"])).code, 0);
  const archives = () => fs.readdirSync(app.home).filter((name) => /^daemon\.log\..*\.gz$/.test(name));
  await until("compressed archives", () => archives().length >= 2);
  assert.ok(fs.statSync(join(app.home, "daemon.log")).size <= 2048);
  const { stdout } = await app.run(["logs", "-n", "10000", "--grep", "jobs.prompt: Trigger #"]);
  const numbers = stdout.trimEnd().split("\n").map((line) => Number(/Trigger #(\d+)/.exec(line)?.[1]));
  assert.deepEqual(numbers, Array.from({ length: count }, (_, index) => index + 1));
});
