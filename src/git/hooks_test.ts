import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { runBounded } from "../system/bounded_command.ts";
import { systemFiles } from "../system/files.ts";
import { shell } from "./fake_scene.ts";
import { userGit } from "./git.ts";
import { BARE_HOOKS, type HookTarget, WORK_TREE_HOOKS } from "./hook_script.ts";
import { installHooks, uninstallHooks } from "./hooks.ts";
import { hooksPlace } from "./hooks_place.ts";
import { gitDirOf } from "./places.ts";
import { until } from "../system/until.ts";

/** A repository, a socket as a daemon has one, and a program that writes down how it was called, and takes some seconds. */
function lab(script = "git init -q -b main repo; cd repo; commit one", seconds = 5) {
  const root = fs.realpathSync(fs.mkdtempSync("/tmp/appd-hooks-"));
  const sh = (text: string, cwd = root) => shell(text, { cwd, root, date: "@1700000000 +0000" });
  sh(script);
  const self = join(root, "it's appd");
  fs.writeFileSync(self, `#!/bin/sh\necho "$*" >> "${root}/calls"\nsleep ${seconds}\n`, { mode: 0o755 });
  const socket = join(root, "control.sock");
  const listener = Deno.listen({ transport: "unix", path: socket });
  const owner = { program: "appd", prefix: "APPD" };
  const target: HookTarget = { ...owner, self: [self], home: join(root, "h'ome"), socket, repository: "repo" };
  const path = join(root, "repo");
  const git = userGit({
    run: runBounded,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: root },
    gitDir: gitDirOf(systemFiles, path),
    cwd: path,
  });
  return {
    root,
    path,
    target,
    git,
    sh: (text: string) => sh(text, path),
    place: (uid = 0) => hooksPlace(git, { files: systemFiles, uid, gitDir: gitDirOf(systemFiles, path), name: "repo" }),
    calls: () => fs.existsSync(`${root}/calls`) ? fs.readFileSync(`${root}/calls`, "utf8").trim().split("\n") : [],
    down() {
      listener.close();
      fs.rmSync(socket, { force: true });
    },
    [Symbol.dispose]() {
      try {
        listener.close();
      } catch {
        // It was closed by `down`.
      }
      removeAll(root);
    },
  };
}

/** A hook that is still at work may put its mark into a directory that is just being emptied. */
function removeAll(root: string, tries = 50): void {
  try {
    fs.rmSync(root, { recursive: true, force: true });
  } catch (error) {
    if (tries === 0) throw error;
    removeAll(root, tries - 1);
  }
}

/** Every file of a directory with its mode and text, links as they are. */
function snapshot(directory: string): Readonly<Record<string, string>> {
  const entries = fs.readdirSync(directory).sort().map((name) => {
    const path = join(directory, name);
    const stat = fs.lstatSync(path);
    return [
      name,
      stat.isSymbolicLink() ? `-> ${fs.readlinkSync(path)}` : `${stat.mode} ${fs.readFileSync(path, "utf8")}`,
    ];
  });
  return Object.fromEntries(entries);
}

const INPUT = { files: systemFiles, hooks: WORK_TREE_HOOKS, dryRun: false } as const;

Deno.test("a hook tells the daemon at once, and does not wait for it", async () => {
  using test = lab(undefined, 20);
  const { directory } = await test.place();
  const input = { ...INPUT, directory, target: test.target };
  assert.deepEqual(installHooks(input).map(({ action }) => action), Array(4).fill("installed"));
  const began = performance.now();
  assert.equal(test.sh("commit two 2>&1"), "");
  assert.ok(performance.now() - began < 15_000, "the program it started takes 20 s");
  await until("it is called", () => test.calls().length === 1);
  assert.deepEqual(test.calls(), [`git poke --home ${test.target.home} repo`]);
  assert.deepEqual(fs.readdirSync(test.root).filter((name) => name.includes("poke")), [], "no mark is left");
});

Deno.test("hooks of a burst start one program, after the last of them or beside it", async () => {
  using test = lab();
  const { directory } = await test.place();
  installHooks({ ...INPUT, directory, target: test.target });
  const mark = `${test.target.socket}.poke-repo`;
  fs.mkdirSync(mark);
  test.sh("git checkout -q -b topic; for i in $(seq 20); do commit $i; done");
  fs.rmdirSync(mark);
  assert.deepEqual(test.calls(), [], "another hook waits, and will see all of it");
  // The pause of a hook lasts until the burst is over, however slow git is.
  const [tools, over] = [join(test.root, "tools"), join(test.root, "over")];
  fs.mkdirSync(tools);
  const pause = `#!/bin/sh\nuntil [ -e '${over}' ]; do /bin/sleep 0.01; done\n`;
  fs.writeFileSync(join(tools, "sleep"), pause, { mode: 0o755 });
  test.sh(`PATH="${tools}:$PATH"; for i in 1 2 3 4 5 6 7 8 9 10; do commit $i; done`);
  fs.writeFileSync(over, "");
  await until("it is called and done", () => test.calls().length > 0 && !fs.existsSync(mark));
  assert.ok(test.calls().length <= 5, `${test.calls().length} for 10 commits`);
  fs.mkdirSync(mark);
  fs.utimesSync(mark, new Date(), new Date(Date.now() - 180_000));
  const before = test.calls().length;
  test.sh("git checkout -q main; git merge -q topic");
  await until("it is called again", () => test.calls().length > before);
});

Deno.test("a hook is silent while there is no daemon, and when the program is gone", async () => {
  using test = lab();
  const { directory } = await test.place();
  installHooks({ ...INPUT, directory, target: test.target });
  test.down();
  assert.equal(test.sh("commit four 2>&1"), "");
  assert.deepEqual(test.calls(), []);
  fs.rmSync(test.target.self[0] ?? "");
  using listener = Deno.listen({ transport: "unix", path: test.target.socket });
  void listener;
  assert.equal(test.sh("commit five 2>&1"), "");
});

Deno.test("installed twice is installed once, and taken out nothing is left", async () => {
  using test = lab();
  const { directory } = await test.place();
  const before = snapshot(directory);
  const input = { ...INPUT, directory, target: test.target };
  installHooks(input);
  const once = snapshot(directory);
  assert.deepEqual(installHooks(input).map(({ action }) => action), Array(4).fill("unchanged"));
  assert.deepEqual(snapshot(directory), once);
  const other = { ...input, target: { ...test.target, repository: "again" } };
  assert.deepEqual(installHooks(other).map(({ action }) => action), Array(4).fill("updated"));
  const moved = { ...input, target: { ...test.target, self: ["/elsewhere/appd"] } };
  assert.deepEqual(installHooks(moved).map(({ action }) => action), Array(4).fill("updated"));
  assert.equal(fs.readFileSync(join(directory, "post-commit"), "utf8").match(/^poke '/gm)?.length, 2);
  assert.deepEqual(uninstallHooks(input).map(({ action }) => action), Array(4).fill("removed"));
  assert.deepEqual(uninstallHooks(input).map(({ action }) => action), Array(4).fill("absent"));
  assert.deepEqual(uninstallHooks(other).map(({ action }) => action), Array(4).fill("removed"));
  assert.deepEqual(snapshot(directory), before);
});

Deno.test("a hook that was there goes on: its arguments, its input, its exit code; and it comes back", async () => {
  using test = lab();
  const { directory } = await test.place();
  const hook = (name: string, text: string, mode: number) => fs.writeFileSync(join(directory, name), text, { mode });
  hook("post-checkout", `#!/bin/sh\necho "$#" >> "${test.root}/old"\nexit 1\n`, 0o755);
  hook("post-rewrite", `#!/bin/sh\ncat >> "${test.root}/old"\n`, 0o700);
  hook("post-merge", `#!/bin/sh\necho never >> "${test.root}/old"\n`, 0o644);
  fs.symlinkSync("../elsewhere", join(directory, "post-commit"));
  const before = snapshot(directory);
  const input = { ...INPUT, directory, target: test.target };
  const dry = installHooks({ ...input, dryRun: true });
  assert.deepEqual(snapshot(directory), before);
  assert.deepEqual(dry, installHooks(input));
  assert.deepEqual(dry.map(({ action }) => action), Array(4).fill("chained"));
  assert.equal(test.sh("git checkout -q -b topic || echo code $?"), "code 1");
  assert.equal(fs.readFileSync(`${test.root}/old`, "utf8"), "3\n");
  test.sh("commit x; git commit -q --amend --no-edit --allow-empty");
  assert.match(fs.readFileSync(`${test.root}/old`, "utf8"), /^3\n[0-9a-f]{40} [0-9a-f]{40}\n$/);
  await until("it is called", () => test.calls().length >= 1);
  assert.deepEqual(uninstallHooks(input).map(({ action }) => action), Array(4).fill("restored"));
  assert.deepEqual(snapshot(directory), before);
});

Deno.test("hooks of two programs are in one repository, and each takes out its own", async () => {
  using test = lab();
  const { directory } = await test.place();
  fs.writeFileSync(join(directory, "post-commit"), `#!/bin/sh\necho old >> "${test.root}/old"\n`, { mode: 0o755 });
  const before = snapshot(directory);
  const first = { ...INPUT, directory, target: test.target };
  const second = {
    ...first,
    target: { ...test.target, program: "pear", prefix: "PEAR", home: join(test.root, "pear") },
  };
  const actions = (
    changes: readonly { readonly action: string }[],
  ) => [...new Set(changes.map(({ action }) => action))];
  const called = (home: string) => test.calls().filter((call) => call === `git poke --home ${home} repo`).length;
  for (const [early, late] of [[first, second], [second, first]] as const) {
    installHooks(early);
    assert.deepEqual(actions(installHooks(late)), ["chained"], "another program's hook is a stranger's");
    assert.deepEqual(actions(installHooks(early)), ["unchanged"], "also where it is chained");
    const sofar = [called(early.target.home), called(late.target.home)];
    fs.rmSync(`${test.root}/old`, { force: true });
    test.sh("commit x");
    // Each has a mark of its own socket in the field; here they share one, so that one call may stand for both.
    const all = () => called(early.target.home) + called(late.target.home);
    await until("one of them is called", () => all() > (sofar[0] ?? 0) + (sofar[1] ?? 0));
    assert.equal(fs.readFileSync(`${test.root}/old`, "utf8"), "old\n", "the oldest hook runs, and once");
    assert.deepEqual(actions(uninstallHooks(early)), ["restored", "removed"]);
    assert.deepEqual(actions(uninstallHooks(early)), ["absent"]);
    assert.deepEqual(actions(uninstallHooks(late)), ["restored", "removed"]);
    assert.deepEqual(snapshot(directory), before);
  }
});

Deno.test("what cannot be chained is refused before anything is changed, and foreign hooks stay", async () => {
  using test = lab();
  const { directory } = await test.place();
  const input = { ...INPUT, directory, target: test.target };
  installHooks(input);
  fs.writeFileSync(join(directory, "post-commit"), "#!/bin/sh\n# other\n", { mode: 0o755 });
  assert.deepEqual(uninstallHooks(input)[0], { hook: "post-commit", action: "absent" });
  fs.writeFileSync(join(directory, "post-commit.appd-before"), "", { mode: 0o755 });
  const before = snapshot(directory);
  assert.throws(() => installHooks(input), /cannot chain ".*post-commit": there is a/);
  fs.rmSync(join(directory, "post-commit"));
  fs.mkdirSync(join(directory, "post-commit"));
  assert.throws(() => installHooks(input), /cannot replace ".*post-commit": it is no file/);
  fs.rmdirSync(join(directory, "post-commit"));
  fs.writeFileSync(join(directory, "post-commit"), "#!/bin/sh\n# other\n", { mode: 0o755 });
  assert.deepEqual(snapshot(directory), before);
  assert.throws(() => installHooks({ ...input, target: { ...test.target, home: "/a\nb" } }), /it holds a line feed/);
});

Deno.test("a bare repository tells of pushes", async () => {
  using test = lab("git init -q --bare -b main repo; git clone -q repo clone 2>/dev/null");
  const { directory, isBare } = await test.place();
  assert.equal(isBare, true);
  installHooks({ ...INPUT, hooks: BARE_HOOKS, directory, target: test.target });
  test.sh("cd ../clone; git checkout -q -b main; commit one; git push -q origin main");
  await until("it is called", () => test.calls().length === 1);
});

Deno.test("core.hooksPath is respected where it is the repository's own; linked worktrees share their hooks", async () => {
  using test = lab("git init -q -b main up; cd up; commit one; git worktree add -q -b side ../repo");
  assert.equal((await test.place()).directory, `${test.root}/up/.git/hooks`);
  test.sh("git config core.hooksPath own");
  assert.equal((await test.place()).directory, `${test.path}/own`);
  installHooks({ ...INPUT, directory: `${test.path}/own`, target: test.target });
  test.sh("commit two");
  await until("it is called", () => test.calls().length === 1);
  test.sh("git config core.hooksPath /dev/null");
  await assert.rejects(test.place(), /"\/dev\/null" is no directory/);
  test.sh(`git config --unset core.hooksPath; git config --file $HOME/.gitconfig core.hooksPath ${test.root}/all`);
  await assert.rejects(test.place(), /core\.hooksPath is set for all repositories/);
});

Deno.test({
  name: "root is not led to where the owner of a repository could not write",
  ignore: Deno.uid() !== 0,
  async fn() {
    using test = lab();
    test.sh(`mkdir ../roots; git config core.hooksPath ${test.root}/roots/hooks; chown -R 65534 .`);
    await assert.rejects(test.place(), /roots" belongs to another user than the repository/);
    assert.equal((await test.place(1000)).directory, `${test.root}/roots/hooks`);
  },
});
