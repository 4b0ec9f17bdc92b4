import assert from "node:assert/strict";
import fs from "node:fs";
import { fakeInstance, runIn } from "../fake_instance.ts";

function home(): { path: string } & Disposable {
  const path = fs.realpathSync(fs.mkdtempSync("/tmp/appd-git-verbs-"));
  const sections = ["one", "two", "gone"].map((name) =>
    `[[repository]]\nname = "${name}"\npath = "${name}"\nenabled = ${name !== "gone"}\n`
  );
  fs.writeFileSync(`${path}/config.toml`, sections.join(""));
  for (const name of ["one", "two"]) new Deno.Command("git", { args: ["init", "-q", `${path}/${name}`] }).outputSync();
  return { path, [Symbol.dispose]: () => fs.rmSync(path, { recursive: true, force: true }) };
}

Deno.test("hooks are put into all enabled repositories, and taken out", async () => {
  using test = home();
  const hook = `${test.path}/one/.git/hooks/post-commit`;
  const dry = await runIn(test.path, ["git", "hooks", "install", "--dry-run"]);
  assert.match(dry.stdout, /^appd: one: would install post-commit, post-merge, .*\nappd: two: would install /);
  assert.ok(!fs.existsSync(hook));
  const done = await runIn(test.path, ["git", "hooks", "install"]);
  assert.deepEqual([done.code, done.stderr], [0, ""]);
  assert.match(fs.readFileSync(hook, "utf8"), /'git' 'poke'| git poke --home /);
  assert.match(
    (await runIn(test.path, ["git", "hooks", "install", "one"])).stdout,
    /^appd: one: had already post-commit, /,
  );
  const json = JSON.parse((await runIn(test.path, ["git", "hooks", "uninstall", "--json"])).stdout);
  assert.deepEqual([json.ok, json.action, json.dry_run], [true, "uninstall", false]);
  assert.deepEqual(json.repositories.map((one: { name: string }) => one.name), ["one", "two"]);
  assert.deepEqual(json.repositories[0].hooks[0], { hook: "post-commit", action: "removed" });
  assert.ok(!fs.existsSync(hook));
});

Deno.test("a repository that is none keeps no other from its hooks; an unknown name does nothing", async () => {
  using test = home();
  const { code, stdout, stderr } = await runIn(test.path, ["git", "hooks", "install", "gone", "two"]);
  assert.deepEqual([code, /^appd: two: installed /.test(stdout)], [1, true]);
  assert.match(stderr, /^appd: cannot install hooks in ".*gone": there is no such directory\n/);
  const wrong = await runIn(test.path, ["git", "hooks", "install", "one", "tow"]);
  assert.deepEqual([wrong.code, wrong.stdout], [1, ""]);
  assert.match(wrong.stderr, /"tow": no such repository\nhint: did you mean "two"\?/);
});

Deno.test("poke asks the daemon, and says when there is none", async () => {
  await using test = fakeInstance([]);
  const { code, stderr } = await test.run("git", "poke", "repo");
  assert.equal(code, 1);
  assert.match(stderr, /cannot look at "repo": no such repository/);
  await test.end();
  assert.equal((await runIn(test.home, ["git", "poke", "repo"])).code, 3);
});
