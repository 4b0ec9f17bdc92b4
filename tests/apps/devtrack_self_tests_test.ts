/** The tests that devtrack makes of itself, as its document (S1) has them; each test names the places that it proves. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { devtrack, RARELY, repository, repositorySection, sh, triggers } from "../support/devtrack.ts";
import { type Instance, until } from "../support/instance.ts";

Deno.test("S1 test-config: says what the file means, or what is wrong with it", async () => {
  await using app = devtrack();
  app.write(RARELY + repositorySection("repo", "/srv/repo"));
  const good = await app.run(["test-config"]);
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stdout, /interval: +600 minutes/);
  assert.match(good.stdout, /repository: +repo at \/srv\/repo/);
  app.write("[settings]\nprompt_interval = -1\n");
  const bad = await app.run(["test-config"]);
  assert.equal(bad.code, 78);
  assert.match(bad.stderr, /config\.toml:\d+:\d+/);
});

Deno.test("S1 test-git: branch and last commit of a good repository, 1 and the reason for another", async () => {
  await using app = devtrack();
  const repo = await repository(app, "repo");
  app.write(repositorySection("repo", repo));
  const good = await app.run(["test-git"]);
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stdout, /^repo: ok, on main at [0-9a-f]{7,} first$/m);
  app.write(repositorySection("gone", "/no/such/repository"));
  const bad = await app.run(["test-git"]);
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /^gone: git ended with/m);
});

Deno.test("S1 test-scheduler: the next prompts, with and without a daemon", async () => {
  await using app = devtrack("[settings]\nprompt_interval = 60\n");
  const times = async () => {
    const { next } = JSON.parse((await app.run(["test-scheduler", "--json"])).stdout);
    return next.map((time: string) => Date.parse(time));
  };
  const hour = 3_600_000;
  const [first, second] = await times();
  assert.equal(second - first, hour);
  await app.start();
  const [soon, later] = await times();
  assert.equal(later - soon, hour);
  assert.ok(soon - Date.now() <= hour);
});

/** An hour of work that is not now; in UTC. */
function laterHours(): { start: number; end: number; toml: string } {
  const hour = new Date().getUTCHours();
  const start = hour >= 22 ? 12 : hour + 2;
  const toml = `timezone = "UTC"\nwork_start_hour = ${start}\nwork_end_hour = ${start + 1}\n`;
  return { start, end: start + 1, toml };
}

Deno.test("S1 test-scheduler, S1 Configuration: settings: with work_hours_only it names prompts that come, as status and schedule do", async () => {
  const hours = laterHours();
  await using app = devtrack(`[settings]\nprompt_interval = 25\nwork_hours_only = true\n${hours.toml}`);
  const prompts = async () => JSON.parse((await app.run(["test-scheduler", "--json"])).stdout);
  const areInside = (next: readonly string[]) => {
    assert.equal(next.length, 3);
    for (const time of next) assert.equal(new Date(time).getUTCHours(), hours.start, time);
  };
  areInside((await prompts()).next);
  await app.start();
  const { next, in_work_hours } = await prompts();
  areInside(next);
  assert.equal(in_work_hours, false);
  assert.equal(next[0], (await app.status()).scheduler.next_at);
  const schedule = JSON.parse((await app.run(["schedule", "next", "prompt", "--count", "200", "--json"])).stdout);
  const wanted = schedule.filter(({ note }: { note: string | null }) => note === null);
  assert.deepEqual(next, wanted.slice(0, 3).map(({ at }: { at: string }) => at));
  await app.run(["pause"]);
  assert.deepEqual(await prompts(), { in_work_hours: false, paused: true, next: [] });
  assert.match((await app.run(["test-scheduler"])).stdout, /^next prompt: none while the scheduler is paused$/m);
});

Deno.test("S1 test-git, S1 test-config: elsewhere than where the daemon was started they tell what it watches", async () => {
  await using app = devtrack(RARELY);
  const [watched, other] = [await repository(app, "watched"), await repository(app, "other")];
  assert.equal((await app.run(["start"], { cwd: watched })).code, 0);
  for (const cwd of [dirname(app.home), other]) {
    const git = await app.run(["test-git"], { cwd });
    assert.match(git.stdout, /^watched: ok, on main at [0-9a-f]{7,} first\n$/, cwd);
    const config = await app.run(["test-config"], { cwd });
    assert.match(config.stdout, new RegExp(`^repository: +watched at ${watched}$`, "m"), cwd);
  }
  await app.run(["stop"]);
  assert.match((await app.run(["test-git"])).stdout, /^no repository is configured$/m);
  assert.match((await app.run(["test-git"], { cwd: other })).stdout, /^other: ok/);
});

Deno.test("S1 test-git: a repository without a commit is as well as status says", async () => {
  await using app = devtrack(RARELY);
  const path = `${dirname(app.home)}/empty`;
  await sh(`git init -q -b main '${path}'`);
  app.write(RARELY + repositorySection("empty", path, 'project = "Empty"'));
  await app.start();
  const [{ ok, project }] = (await app.status()).repositories;
  assert.deepEqual([ok, project], [true, "Empty"]);
  const { code, stdout } = await app.run(["test-git"]);
  assert.deepEqual([code, stdout], [0, "empty: ok, on main, no commit yet\n"]);
  assert.match(
    (await app.run(["test-config"])).stdout,
    new RegExp(`^repository: +empty at ${path}, project Empty$`, "m"),
  );
});

/** What `test-integrated` says has to be right, and nothing of it may stay. */
async function triedOut(app: Instance): Promise<void> {
  const before = await triggers(app);
  const { code, stdout, stderr } = await app.run(["test-integrated"]);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^trigger: +one went through$/m);
  const json = await app.run(["test-integrated", "--json"]);
  assert.equal(json.code, 0, json.stdout);
  const report = JSON.parse(json.stdout);
  assert.deepEqual(Object.keys(report), ["config", "git", "scheduler", "trigger"]);
  assert.deepEqual(report.trigger, { ok: true, state: "ok", reason: null });
  assert.deepEqual(await triggers(app), before);
}

Deno.test("S1 test-integrated: a trigger goes through the daemon into the database and back, and nothing of it stays", async () => {
  await using app = devtrack(RARELY);
  assert.equal((await app.run(["test-integrated"])).code, 3);
  await app.start();
  await triedOut(app);
  assert.equal((await app.status()).scheduler.triggers, 0);
  assert.equal((await app.run(["jobs", "run", "prompt", "--wait"])).code, 0);
  assert.deepEqual((await triggers(app)).map(({ id }) => id), [1], "no number is left out");
});

Deno.test("S1 test-integrated: nobody is asked by it, and what is being asked meanwhile stays open", async () => {
  const command = 'prompt_command = ["sh", "-c", "echo asked >>$HOME/asked; sleep 1000"]\n';
  await using app = devtrack(RARELY + command);
  await app.start();
  await triedOut(app);
  assert.deepEqual(await triggers(app), []);
  assert.equal((await app.run(["jobs", "run", "prompt"])).code, 0);
  const asked = `${dirname(app.home)}/asked`;
  await until("the question", async () => await sh(`cat ${asked}`) === "asked\n");
  await triedOut(app);
  assert.deepEqual((await triggers(app)).map(({ id, answer }) => [id, answer]), [[1, null]]);
  assert.equal(await sh(`cat ${asked}`), "asked\n");
});

Deno.test("S1 test-integrated: a repository that cannot be read fails it, in one document too", async () => {
  await using app = devtrack(RARELY + repositorySection("gone", "/no/such/repository"));
  await app.start();
  const { code, stdout } = await app.run(["test-integrated", "--json"]);
  assert.equal(code, 1);
  const { git, trigger } = JSON.parse(stdout);
  assert.deepEqual([git[0].ok, trigger.ok], [false, true]);
});
