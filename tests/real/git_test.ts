/** The binary and the real git: each commit triggers once, whatever becomes of branches, of hooks and of the daemon. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { signal, until } from "../support/instance.ts";
import { Watched } from "./watched.ts";

const REPO = "git init -q -b main repo; cd repo; commit one";
const BURST = 200;

/** Does something, and waits until just these lines were told since. */
async function follows(test: Watched, script: string, ...lines: readonly string[]): Promise<void> {
  const before = test.told().length;
  test.sh(script);
  await until(`${lines.length} runs after ${script}`, () => test.told().length >= before + lines.length).catch(
    () => {},
  );
  assert.deepEqual(test.told().slice(before), lines, script);
}

/** Every commit of the repository but the first has one run and one line. */
async function assertOnce(test: Watched, commits: number): Promise<void> {
  const runs = await until("every run has ended", async () => {
    const all = await test.runs();
    const open = all.filter(({ state }) => state === "queued" || state === "running");
    return all.length >= commits && open.length === 0 ? all : undefined;
  }, 60_000);
  assert.equal(runs.length, commits);
  assert.equal(new Set(runs.map(({ detail }) => detail)).size, commits);
  await until("every line is written", () => test.logged().length >= commits);
  assert.equal(test.logged().length, commits);
  assert.equal(new Set(test.logged()).size, commits);
}

Deno.test("commits, amended ones, merges, switches and fetches, each once and with its branch", async () => {
  await using test = new Watched(`git init -q -b main up; (cd up; commit one); git clone -q up repo`);
  await test.start();
  await follows(test, "commit two", "commit main two");
  await follows(test, "git commit -q --amend --allow-empty -m two!", "amend main two!");
  await follows(
    test,
    "git checkout -q -b ff; commit f; git checkout -q main; git merge -q --ff-only ff",
    "commit ff f",
  );
  await follows(
    test,
    "git checkout -q -b topic; commit t; git checkout -q main; commit m; git merge -q -m joined topic",
    ...["commit topic t", "commit main m", "merge main joined"],
  );
  test.sh("git pack-refs --all; git branch old main~1; git checkout -q old; git gc -q");
  await follows(test, "(cd ../up; commit far); git fetch -q", "fetch origin/main far");
  await follows(test, "git worktree add -q -b side ../side; cd ../side; commit s", "commit side s");
  await assertOnce(test, 8);
});

Deno.test("a push into a bare repository", async () => {
  await using test = new Watched(`git init -q --bare -b main repo; git clone -q repo work 2>/dev/null
cd work; git checkout -q -b main; commit one; git push -q origin main`);
  await test.start();
  await follows(test, "cd ../work; commit two; commit three; git push -q origin main", ...[
    "commit main two",
    "commit main three",
  ]);
});

Deno.test("fifty commits in a second, and more while the daemon is down", async () => {
  await using test = new Watched(REPO);
  await test.start();
  test.sh("for i in $(seq 50); do commit $i; done");
  await assertOnce(test, 50);
  assert.deepEqual(test.told(), Array.from({ length: 50 }, (_, i) => `commit main ${i + 1}`));
  await test.instance.run(["stop"]);
  test.sh("commit a; git checkout -q -b newb; commit b");
  await test.start();
  await assertOnce(test, 52);
  assert.deepEqual(test.told().slice(50), ["commit main a", "commit newb b"]);
});

Deno.test("a daemon that is killed in the middle of a burst tells each commit once", async () => {
  await using test = new Watched(REPO);
  await test.start();
  const burst = test.begin(`for i in $(seq ${BURST}); do commit $i; done`);
  for (const lines of [20, 80]) {
    await until(`${lines} commits were told`, () => test.logged().length >= lines);
    signal(test.instance.pid(), "SIGKILL");
    await until("it is gone", () => test.instance.daemons().length === 0);
    await test.start();
  }
  assert.equal((await burst.status).success, true);
  await assertOnce(test, BURST);
  assert.ok(test.told().length <= BURST);
});

Deno.test("a chosen branch that is made of old commits is no news", async () => {
  await using test = new Watched(`${REPO}; for i in $(seq 40); do commit $i; done`, 'branches = ["release/*"]');
  await test.start();
  await follows(test, "git branch release/1; git checkout -q -b release/2; commit fix", "commit release/2 fix");
  await assertOnce(test, 1);
});

Deno.test("a repository that comes after the daemon: status says when it is tried, and what is made in it is told", async () => {
  await using test = new Watched("mkdir repo; rmdir repo", 'poll_interval = "1s"');
  await test.instance.start();
  const asked = Date.now() - 30_000; // It is tried every second, where nothing takes longer.
  const missing = await until("it is missing", async () => {
    const one = await test.repository();
    return one.ok ? undefined : one;
  });
  assert.equal(missing.error, "there is no such directory");
  assert.ok(Date.parse(missing.next_try_at) > asked, missing.next_try_at);
  const { stdout } = await test.instance.run(["status"]);
  assert.match(stdout, /there is no such directory; tried again in /);
  test.sh(`${REPO}; commit two`, test.instance.home);
  await until("both are told", () => test.told().length === 2);
  assert.deepEqual(test.told(), ["commit main one", "commit main two"]);
});

Deno.test("a hook and a poke tell at once where nothing else does, and uninstalled hooks leave nothing", async () => {
  // Whoever may write into .git could stop a daemon that waits for the kernel: it polls.
  await using test = new Watched(`${REPO}; chmod 777 .git/refs/heads`, 'poll_interval = "1h"');
  await test.start();
  assert.equal((await test.repository()).watching, "polling");
  const hooks = join(test.path, ".git", "hooks");
  const before = fs.readdirSync(hooks);
  test.sh("commit two");
  assert.equal((await test.instance.run(["git", "poke", "repo"])).code, 0);
  await until("the poke is followed", () => test.told().length === 1);
  assert.equal((await test.instance.run(["git", "hooks", "install"])).code, 0);
  test.sh("commit three");
  await until("the hook is followed", () => test.told().length === 2); // Nobody looks for an hour.
  test.sh("for i in $(seq 20); do commit $i; done");
  await assertOnce(test, 22);
  assert.equal((await test.instance.run(["git", "hooks", "uninstall"])).code, 0);
  assert.deepEqual(fs.readdirSync(hooks), before);
});
