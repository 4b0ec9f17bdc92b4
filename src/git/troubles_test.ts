import assert from "node:assert/strict";
import fs from "node:fs";
import { FakeClock } from "../system/fake_clock.ts";
import { systemClock } from "../system/clock.ts";
import { directoryWatches } from "../system/watch_directories.ts";
import { Repositories } from "./repositories.ts";
import { type Scene, scene, specOf } from "./fake_scene.ts";
import { until } from "../system/until.ts";

const REPO = "git init -q -b main repo; cd repo; commit one";

function only(test: Scene) {
  const [status] = test.repositories.status();
  assert.ok(status !== undefined);
  return status;
}

/** Lets timers of a fake clock fire until something is so; looks are real processes. */
async function advanceUntil(test: Scene, what: string, probe: () => boolean): Promise<void> {
  await until(what, () => {
    if (!probe()) test.clock.advance(1000);
    return probe();
  });
}

Deno.test("a repository that is missing or broken says so, and is found when it is there", async () => {
  await using test = await scene("mkdir elsewhere");
  assert.deepEqual([only(test).ok, only(test).error], [false, "there is no such directory"]);
  test.sh("mkdir repo");
  await test.news();
  assert.match(only(test).error ?? "", /not a git repository/);
  test.sh("rmdir ../repo; cd ..; " + REPO);
  await advanceUntil(test, "it is found", () => only(test).ok);
  test.sh("commit two");
  assert.deepEqual(await test.news(), ["commit main two"]);
  test.sh("mv .git/objects .git/hidden; commit three || :");
  await test.news();
  assert.equal(only(test).ok, false);
  test.sh("mv .git/hidden .git/objects; commit three");
  await advanceUntil(test, "it is well again", () => only(test).ok);
  assert.deepEqual(await test.news(), ["commit main three"]);
  assert.equal(test.warnings.length, 3, test.warnings.join("\n"));
});

Deno.test("a missing repository is looked for every poll_interval, and what is made in it meanwhile is news", async () => {
  const clock = new FakeClock(Date.UTC(2025, 0, 1));
  await using test = await scene("mkdir away", {}, () => ({ clock }));
  const nextTry = () => Date.parse(only(test).next_try_at ?? "") - clock.now();
  for (let i = 0; i < 300; i++) {
    clock.advance(1000);
    await new Promise((resolve) => setTimeout(resolve));
  }
  await test.news();
  assert.deepEqual([nextTry(), test.asked], [10_000, []], "git is not asked");
  test.sh("mkdir repo");
  await test.news();
  assert.deepEqual([only(test).error, nextTry()], ["it is not a git repository", 10_000]);
  test.sh(`
    cd ../away; git init -q -b main .; commit old; cd ../repo; git init -q -b main .; git fetch -q ../away; git reset -q --hard FETCH_HEAD
    unset GIT_COMMITTER_DATE; commit one; git checkout -q -b topic; commit two`);
  clock.advance(10_000);
  await until("it is found", () => only(test).ok && test.events.length > 1);
  assert.deepEqual(await test.news(), ["commit main one", "commit topic two"]);
  assert.equal(only(test).next_try_at, undefined);
  test.sh("commit three");
  assert.deepEqual(await test.news(), ["commit topic three"]);
  test.sh("cd ..; rm -r repo");
  await test.news();
  test.sh("mkdir repo; cd repo; git init -q -b main .; unset GIT_COMMITTER_DATE; commit again");
  assert.deepEqual(await test.news(), ["commit main again"]);
  test.sh("cd ..; rm -r repo");
  await test.news();
  test.sh("unset GIT_COMMITTER_DATE; git clone -q away repo");
  assert.deepEqual(await test.news(), [], "a clone brings history");
});

Deno.test("no git, and what cannot be executed", async () => {
  let path = "/nonexistent";
  await using test = await scene(REPO, {}, () => ({ path }));
  assert.equal(only(test).error, "there is no git on the PATH");
  path = Deno.env.get("PATH") ?? "";
  await test.restart();
  await test.news();
  assert.equal(only(test).ok, true);
});

Deno.test("a git that hangs is killed with all it started, and others go on", async () => {
  await using test = await scene(REPO);
  const bin = `${test.root}/bin`;
  fs.mkdirSync(bin);
  fs.writeFileSync(`${bin}/git`, `#!/bin/sh\nsleep 1000 & echo $! >>${test.root}/pids\nwait\n`, { mode: 0o755 });
  let limit = 0;
  await using all = new Repositories({
    clock: test.clock,
    files: (await import("../system/files.ts")).systemFiles,
    async run(command) {
      const { runBounded } = await import("../system/bounded_command.ts");
      limit = command.limitMs;
      const isHung = command.env.GIT_DIR?.startsWith(`${test.root}/hung`);
      const env = isHung ? { ...command.env, PATH: `${bin}:/usr/bin:/bin` } : command.env;
      return await runBounded({ ...command, env, limitMs: isHung ? 1500 : command.limitMs });
    },
    path: Deno.env.get("PATH") ?? "",
    watch: () => undefined,
    memory: { load: () => Promise.resolve(undefined), save: () => Promise.resolve() },
    onEvent: () => Promise.resolve(),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  fs.cpSync(`${test.root}/repo`, `${test.root}/hung`, { recursive: true });
  all.apply([specOf(test.root, { name: "hung", path: `${test.root}/hung` }), specOf(test.root)]);
  await all.poke("repo");
  await all.poke("hung");
  const [hung, sound] = all.status();
  assert.match(hung?.error ?? "", /^git rev-parse took more than \d+ s and was killed$/);
  assert.equal(sound?.ok, true);
  const pids = fs.readFileSync(`${test.root}/pids`, "utf8").trim().split("\n");
  for (const pid of pids) await until(`${pid} is gone`, () => !isAlive(Number(pid)));
  await all.poke("hung");
  assert.ok(limit > 10_000, "the next try gets more time");
});

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false; // gone
  }
}

Deno.test("an event that cannot be recorded is told again, and nothing before it twice", async () => {
  let refuse = "three";
  const told: string[] = [];
  await using test = await scene(REPO, {}, () => ({
    onEvent({ subject }) {
      if (subject === refuse) return Promise.reject(new Error("the disk is full"));
      told.push(subject);
      return Promise.resolve();
    },
  }));
  test.sh("commit two; commit three; commit four");
  await test.news();
  assert.deepEqual([told, only(test).error], [["two"], "the disk is full"]);
  refuse = "";
  await advanceUntil(test, "it is recorded", () => told.length > 1 && only(test).ok);
  assert.deepEqual(told, ["two", "three", "four"]);
});

Deno.test("a daemon that dies between an event and the memory of it tells that event again, with the same key", async () => {
  const { eventKey } = await import("./event_text.ts");
  await using test = await scene(REPO, { events: ["commit", "switch"] });
  const before = structuredClone(test.memory.get("repo"));
  test.sh("git checkout -q -b topic; commit two");
  await test.repositories.poke("repo");
  const first = test.events.splice(0).map(eventKey);
  if (before !== undefined) test.memory.set("repo", before);
  await test.restart();
  await test.repositories.poke("repo");
  assert.deepEqual(test.events.map(eventKey), first);
  assert.equal(first.length, 2);
});

Deno.test("another repository under the same name is a new one: its history is no news", async () => {
  await using test = await scene(REPO);
  test.sh("cd ..; rm -rf repo; git init -q -b main repo; cd repo; git config user.name x; commit other; commit more");
  assert.deepEqual(await test.news(), []);
  assert.match(test.warnings.join(), /another repository has taken the place/);
  test.sh("commit two");
  assert.deepEqual(await test.news(), ["commit main two"]);
});

Deno.test("more commits than wanted: the newest are told, the others counted", async () => {
  await using test = await scene(REPO, { maxCommits: 3 });
  test.sh("for i in 1 2 3 4 5 6 7; do commit $i; done");
  await test.repositories.poke("repo");
  assert.deepEqual(test.events.map(({ subject, skipped }) => [subject, skipped]), [["5", 4], ["6", undefined], [
    "7",
    undefined,
  ]]);
  assert.match(test.warnings.join(), /older commits are not told one by one.*"skipped":4/);
});

Deno.test("a rebase that stops tells nothing until it has ended, and nothing of what it passed", async () => {
  await using test = await scene(`${REPO}; put a 1 base`, { events: ["commit", "amend", "switch"] });
  test.sh("git checkout -q -b topic; put a 2 t1; put b 1 t2; put b 2 'fixup! t2'; git checkout -q main; put a 3 m1");
  await test.news();
  test.sh("git checkout -q topic");
  await test.news();
  test.sh("git rebase -q -i --autosquash main >/dev/null 2>&1 || :; test -d .git/rebase-merge");
  assert.deepEqual(await test.news(), []);
  test.sh("echo both > a; git add a; git rebase --continue >/dev/null 2>&1");
  assert.deepEqual(await test.news(), ["amend topic t1", "amend topic t2"]);
  assert.deepEqual(await test.news(), []);
});

Deno.test("texts of a repository are bounded, whole, and never more than one record", async () => {
  await using test = await scene(REPO);
  test.sh(`
    git -c user.name=x commit -q --allow-empty --author "$(printf 'E\\033[31mvil') <e@x>" -m "$(printf 'a\\033]0;t\\007\\r\\nb\\n\\nbody')"
    printf 'tree %s\\nparent %s\\nauthor \\377\\376 <\\377> 1700000500 +0000\\ncommitter A <a> 1700000500 +0000\\n\\n\\377 bytes\\n' \\
      $(git rev-parse HEAD^{tree}) $(git rev-parse HEAD) > ../raw
    git update-ref HEAD $(git hash-object -t commit -w --literally ../raw)
    head -c 3000000 /dev/zero | tr '\\0' x > ../book; for i in 1 2 3 4 5 6; do git commit -q --allow-empty -F ../book; done`);
  await test.repositories.poke("repo");
  assert.equal(test.events.length, 8);
  const { commitLine, variablesOf } = await import("./event_text.ts");
  for (const event of test.events) {
    assert.ok(event.subject.length <= 1000 && event.author.length <= 200);
    assert.match(commitLine(event), /^[^\p{Cc}\u2028]+\n$/u);
    assert.ok(Object.values(variablesOf(event)).every((value) => !value.includes("\0") && value.isWellFormed()));
  }
  assert.deepEqual(test.events.slice(0, 2).map(({ author, subject }) => [author, subject]), [
    ["E\x1b[31mvil", "a\x1b]0;t\x07 b"],
    ["\ufffd\ufffd", "\ufffd bytes"],
  ]);
  assert.match(test.events.at(-1)?.subject ?? "", /^x{1000}$/);
});

Deno.test("no process of git when nothing changed, and none for what does not concern", async () => {
  await using test = await scene(REPO);
  test.clock.jump(60_000);
  await test.news();
  test.asked.splice(0);
  for (let i = 0; i < 20; i++) {
    test.clock.advance(10_000);
    await new Promise((resolve) => setTimeout(resolve));
  }
  test.sh("echo x > file; git add file; git status >/dev/null; git tag t; git update-ref refs/x/y HEAD");
  test.clock.advance(10_000);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(test.asked, []);
  test.sh("commit two");
  await advanceUntil(test, "it is seen by polling", () => test.events.length === 1);
  assert.deepEqual([only(test).watching, only(test).commits], ["polling", 1]);
});

Deno.test("specifications are applied: what is the same goes on, what changed begins anew with what was told", async () => {
  await using test = await scene(REPO);
  test.asked.splice(0);
  test.repositories.apply([specOf(test.root)]);
  assert.deepEqual(test.asked, []);
  test.repositories.apply([specOf(test.root, { project: "P" }), specOf(test.root, { name: "off", enabled: false })]);
  test.sh("commit two");
  await test.repositories.poke("repo");
  assert.deepEqual(test.events.map(({ subject, project }) => [subject, project]), [["two", "P"]]);
  const [, off] = test.repositories.status();
  assert.deepEqual([off?.enabled, off?.ok, off?.watching], [false, true, null]);
  await assert.rejects(test.repositories.poke("rep"), /cannot look at repository "rep": there is none of this name/);
  test.repositories.apply([]);
  assert.deepEqual(test.repositories.status(), []);
});

Deno.test("a commit right after its repository was taken up is news, not history", async () => {
  await using test = await scene(REPO);
  test.sh("git init -q -b main ../other; cd ../other; commit one");
  await test.repositories.apply([specOf(test.root, { name: "other", path: `${test.root}/other` })]);
  test.sh("cd ../other; commit two");
  await test.repositories.poke("other");
  assert.deepEqual(test.events.map(({ subject }) => subject), ["two"]);
});

Deno.test("other branches are chosen: what was there before is no news on them", async () => {
  await using test = await scene(REPO, { branches: ["main"] });
  await test.repositories[Symbol.asyncDispose]();
  test.sh("commit post; git branch hotfix/0; git checkout -q -b hotfix/1; commit fix");
  await test.restart({ branches: ["hotfix/*"] });
  assert.deepEqual(await test.news(), ["commit hotfix/1 fix"]);
  await test.restart({ branches: ["main", "hotfix/*"] });
  assert.deepEqual(await test.news(), []);
});

/** Everything real: the clock, and the kernel's news. */
function live() {
  return { clock: systemClock, watch: directoryWatches() };
}

Deno.test("fifty commits at once are each told once, in their order, without being asked for", async () => {
  await using test = await scene(REPO, { pollInterval: 600_000 }, live);
  await until("it is watched", () => only(test).watching === "events");
  test.sh("for i in $(seq 50); do git commit -q --allow-empty -m $i; done");
  await until("all are told", () => test.events.length >= 50);
  assert.deepEqual(test.events.map(({ subject }) => subject), Array.from({ length: 50 }, (_, i) => String(i + 1)));
  test.sh("git checkout -q -b deep/in/the/tree; commit new");
  await until("a branch in new directories is seen", () => test.events.length === 51);
  test.sh("commit newer");
  await until("and what comes there", () => test.events.length === 52);
  test.sh("git pack-refs --all; commit newest");
  await until("also after packing", () => test.events.length === 53);
});

Deno.test("a FIFO in the repository stops neither the daemon nor its other repositories", async () => {
  const script = new URL("fake_trap.ts", import.meta.url).pathname;
  const args = ["60", Deno.execPath(), "run", "-A", "--quiet", "--no-check", script];
  const { stdout } = await new Deno.Command("timeout", { args }).output();
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
    told: ["other three", "other two", "repo two"],
    watching: "polling",
  });
});
