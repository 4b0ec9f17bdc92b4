/** When devtrack asks and when not, as its document (S1) has it; each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { commit, devtrack, logOf, RARELY, repository, repositorySection, sh, triggers } from "../support/devtrack.ts";
import { type Instance, until } from "../support/instance.ts";

/** For what comes with the next minute, on a busy machine. */
const WITH_THE_MINUTE = { limitMs: 180_000, pauseMs: 250 };

/** An interval of a minute, the shortest one, and work hours that now is inside of, or not, and in a few minutes, too. */
function everyMinute({ inside }: { readonly inside: boolean }): string {
  const hour = new Date().getUTCHours();
  const around = hour === 23 ? [0, 24] : [hour, hour + 2];
  const [start, end] = inside ? around : [(hour + 12) % 24, (hour + 12) % 24 + 1];
  return `[settings]
prompt_interval = 1
work_hours_only = true
timezone = "UTC"
work_start_hour = ${start}
work_end_hour = ${end}
`;
}

/** Why the last prompt that was due did not come; undefined while none was. */
async function skipped(app: Instance): Promise<string | undefined> {
  const { jobs } = await app.status();
  return jobs.find(({ name }: { name: string }) => name === "prompt").last_skip?.reason;
}

Deno.test("S1 Log Format, S1 View Logs, S1 Configuration: settings, S1 pause: the timer's prompts come by the minute and have numbers; none outside the work hours, none in a pause", async () => {
  await using asking = devtrack(everyMinute({ inside: true }));
  await using idle = devtrack(everyMinute({ inside: false }));
  await using paused = devtrack(everyMinute({ inside: true }));
  for (const app of [asking, idle, paused]) await app.start();
  assert.equal((await paused.run(["pause"])).code, 0);
  const hours = await Promise.all(
    [asking, idle].map(async (app) => (await app.status()).scheduler.work_hours.in_hours),
  );
  assert.deepEqual(hours, [true, false]);

  const [first] = await until("a prompt of the timer", async () => {
    const found = await triggers(asking);
    return found.length > 0 ? found : undefined;
  }, WITH_THE_MINUTE);
  assert.equal(first?.cause, "timer");
  assert.match(logOf(asking), /^\S+Z INFO +devtrack\.jobs\.prompt: Timer trigger #1( |$)/m);
  const found = await sh('grep "trigger" ~/.devtrack/daemon.log', asking.env());
  assert.match(found, /Timer trigger #1/);
  assert.match(found, /trigger #1, every/);

  const reason = await until("a prompt outside the hours", () => skipped(idle), WITH_THE_MINUTE);
  assert.match(reason, /^outside work hours/);
  assert.equal(await until("a prompt in the pause", () => skipped(paused), WITH_THE_MINUTE), "paused");
  for (const app of [idle, paused]) assert.deepEqual(await triggers(app), []);
  assert.equal((await paused.status()).scheduler.next_at, null);
  assert.equal((await paused.run(["resume"])).code, 0);
  assert.notEqual((await paused.status()).scheduler.next_at, null);
});

Deno.test("S1 Pause/Resume, S1 pause, S1 resume: a paused scheduler asks nothing; a commit is seen all the same, and is a question when the pause ends", async () => {
  await using app = devtrack();
  const repo = await repository(app, "repo");
  app.write(RARELY + repositorySection("repo", repo));
  await app.start();
  const paused = await app.run(["pause"]);
  assert.equal(paused.code, 0);
  assert.match(
    paused.stdout,
    /^Scheduler paused\n\n.*Git monitoring are still active\nUse 'devtrack resume' to resume/,
  );
  assert.equal((await app.status()).scheduler.paused, true);
  await commit(repo, "second");
  const commits = () => fs.readFileSync(join(app.home, "commit.log"), "utf8");
  await until("the commit in commit.log", () => commits().includes("second"));
  assert.deepEqual(await triggers(app), []);
  const resumed = await app.run(["resume"]);
  assert.match(resumed.stdout, /resumed/);
  assert.equal((await app.status()).scheduler.paused, false);
  const [late] = await until("the question of the pause", async () => {
    const found = await triggers(app);
    return found.length > 0 ? found : undefined;
  });
  assert.deepEqual([late?.id, late?.cause, late?.answer], [1, "commit", null]);
  assert.match(late?.detail ?? "", /^repo main/);
  assert.match(logOf(app), /Trigger #1, late: it came in a pause/);
  await commit(repo, "third");
  await until("the next question", async () => (await triggers(app)).length === 2);
  assert.equal((await app.run(["restart"])).code, 0);
  assert.equal((await app.run(["jobs", "run", "prompt", "--wait"])).code, 0);
  assert.deepEqual((await triggers(app)).map(({ cause }) => cause).sort(), ["commit", "commit", "manual"]);
});

Deno.test("S1 Future: several instances, S1 Configuration: repositories: a daemon for each group of repositories, each asks about its own", async () => {
  await using app = devtrack();
  const [home, work] = [await repository(app, "home"), await repository(app, "work")];
  app.write(RARELY + repositorySection("home", home, 'project = "Home"'));
  const other = join(app.home, "office");
  fs.mkdirSync(other, { mode: 0o700 });
  fs.writeFileSync(
    join(other, "config.toml"),
    `${RARELY}[server]\nport = 0\n${repositorySection("work", work, 'project = "Work"')}`,
  );
  await app.start();
  const started = await app.run(["start", "--name", "office"]);
  assert.equal(started.code, 0, started.stderr);
  try {
    for (const repo of [home, work]) await commit(repo, "change");
    for (const [name, project, words] of [["home", "Home", []], ["work", "Work", ["--name", "office"]]] as const) {
      const json = async (verb: string) => JSON.parse((await app.run([verb, ...words, "--json"])).stdout);
      const { repositories } = await json("status");
      assert.deepEqual(repositories.map((one: { name: string; project: string }) => [one.name, one.project]), [
        [name, project],
      ]);
      const [trigger, ...more] = await until(`the question about ${name}`, async () => {
        const found = await json("triggers");
        return found.length > 0 ? found : undefined;
      });
      assert.deepEqual([trigger.cause, more], ["commit", []]);
      assert.match(trigger.detail, new RegExp(`^${name} main`));
    }
    assert.equal(app.daemons().length, 2);
  } finally {
    await app.run(["stop", "--name", "office"]);
  }
});
