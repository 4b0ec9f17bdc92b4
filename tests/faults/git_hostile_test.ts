/** Fault 45: whatever a repository tells git to execute, looking at it executes nothing. Every trap leaves a marker. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { runBounded } from "../../src/system/bounded_command.ts";
import { scene, specOf } from "../../src/git/fake_scene.ts";

const HOOKS = `applypatch-msg commit-msg fsmonitor-watchman post-applypatch post-checkout post-commit post-index-change
post-merge post-receive post-rewrite post-update pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push
pre-rebase pre-receive prepare-commit-msg proc-receive push-to-checkout reference-transaction sendemail-validate update`;

const KINDS = ["commit", "merge", "amend", "fetch", "switch"] as const;

/** What is set once the honest part is done, so that the test's own git is not caught. */
const TRAPS = `
mkdir -p ../marks ../hooks
printf '#!/bin/sh\\ntouch "%s/marks/$(basename "$0").$$"\\nexit 1\\n' "$ROOT" > ../evil; chmod +x ../evil
evil() { printf "touch '%s/marks/%s';" "$ROOT" "$1"; }
for hook in $(echo ${HOOKS.replaceAll("\n", " ")}); do
  cp ../evil .git/hooks/$hook; cp ../evil ../hooks/$hook
done
git config core.fsmonitor "$(evil fsmonitor)"
git config core.hooksPath "$ROOT/hooks"
git config core.sshCommand "$(evil sshCommand)"
git config core.gitProxy "$ROOT/evil"
git config core.askPass "$ROOT/evil"
git config core.pager "$(evil pager)"
git config core.editor "$(evil editor)"
git config core.alternateRefsCommand "$(evil alternateRefs)"
git config core.worktree "$ROOT/evil-worktree"
git config core.attributesFile "$ROOT/attributes"
git config credential.helper "!$(evil credential)"
git config diff.external "$(evil external)"
git config diff.x.command "$(evil diffCommand)"
git config diff.x.textconv "$(evil textconv)"
git config filter.x.clean "$(evil clean)"
git config filter.x.smudge "$(evil smudge)"
git config filter.x.process "$(evil process)"
git config merge.x.driver "$(evil mergeDriver)"
git config gpg.program "$ROOT/evil"
git config gpg.ssh.program "$ROOT/evil"
git config log.showSignature true
git config log.diffMerges on
git config log.mailmap true
git config trailer.x.command "$(evil trailer)"
git config interactive.diffFilter "$(evil diffFilter)"
git config sequence.editor "$(evil sequence)"
git config uploadpack.packObjectsHook "$(evil packObjects)"
git config protocol.allow always
git config protocol.ext.allow always
git config protocol.file.allow always
for one in for-each-ref rev-list rev-parse symbolic-ref log diff-tree cat-file; do
  git config alias.$one "!$(evil alias-$one)"; git config pager.$one "$(evil pager-$one)"
done
printf '* diff=x filter=x merge=x\\n' | tee .gitattributes ../attributes > .git/info/attributes
printf '[core]\\n\\tfsmonitor = "%s"\\n' "$(evil included | sed "s/'//g")" > ../included
git config include.path "$ROOT/included"
git config includeIf.gitdir:/**.path "$ROOT/included"
printf '[submodule "s"]\\n\\tpath = s\\n\\turl = ext::sh -c touch%%20%s/marks/submodule\\n\\tupdate = !touch %s/marks/update\\n' \\
  "$ROOT" "$ROOT" > .gitmodules
git config submodule.s.url "ext::sh -c touch% $ROOT/marks/submoduleUrl"
git config submodule.recurse true
git config diff.submodule log
`;

function marks(root: string): string[] {
  return fs.readdirSync(`${root}/marks`);
}

/** The test's own git, which must not step into the traps either. */
const DISARM = "git() { GIT_CONFIG_COUNT=3 GIT_CONFIG_KEY_0=core.fsmonitor GIT_CONFIG_VALUE_0=false " +
  "GIT_CONFIG_KEY_1=core.hooksPath GIT_CONFIG_VALUE_1=/dev/null GIT_CONFIG_KEY_2=core.worktree GIT_CONFIG_VALUE_2=$ROOT/repo " +
  'command git "$@"; }; ';

Deno.test("nothing in a hostile repository is executed", async () => {
  await using test = await scene("git init -q -b main repo; cd repo; put a 1 one", { events: KINDS, paths: ["**"] });
  test.sh(TRAPS);
  test.sh(`${DISARM} tree=$(git rev-parse HEAD^{tree})
    other=$(printf '100644 blob %s\\tb\\n' $(git rev-parse HEAD:a) | git mktree)
    c=$(git commit-tree -m two -p HEAD $other)
    git update-ref refs/heads/main $c
    git update-ref "refs/heads/--exec=touch" $c; git update-ref "refs/heads/-c" $c
    git update-ref 'refs/heads/$(touch\${IFS}marks/branch)' $c; git update-ref 'refs/heads/;touch\${IFS}marks/b' $c
    git update-ref "refs/remotes/--upload-pack=sh/x" $(git commit-tree -m fetched -p $c $tree)
    signed=$(printf 'tree %s\\nparent %s\\nauthor A <a> 1 +0000\\ncommitter A <a> 1700009999 +0000\\ngpgsig -----BEGIN PGP SIGNATURE-----\\n \\n x\\n -----END PGP SIGNATURE-----\\n\\nsigned\\n' $tree $c |
      git hash-object -t commit -w --stdin)
    git update-ref refs/heads/main $signed
    git update-ref refs/replace/$signed $(git commit-tree -m replaced -p $c $tree)
    git symbolic-ref HEAD "refs/heads/--exec=touch"`);
  await test.repositories.poke("repo");
  assert.deepEqual(test.repositories.status().map(({ error }) => error), [null]);
  assert.deepEqual(
    test.events.map(({ kind, subject }) => `${kind} ${subject}`).sort(),
    ["commit signed", "commit two", "fetch fetched", "switch two"].sort(),
    "and what happened is told as it is, without replacements",
  );
  assert.deepEqual(marks(test.root), []);
});

Deno.test("the traps work: an ordinary git steps into them", async () => {
  await using test = await scene("git init -q -b main repo; cd repo; put a 1 one");
  test.sh(TRAPS);
  test.sh("git config --unset core.worktree; git status >/dev/null 2>&1 || :; git commit -q -m x 2>/dev/null || :");
  test.sh(
    "git diff HEAD~0 --ext-diff >/dev/null 2>&1 || :; git diff >/dev/null 2>&1 || :; git fetch ext::nothing 2>/dev/null || :",
  );
  assert.ok(marks(test.root).length >= 2, marks(test.root).join());
});

Deno.test("a partial clone is not completed over a transport of its own choice", async () => {
  await using test = await scene(
    `git init -q -b main up; cd up; git config uploadpack.allowFilter true; put a 1 one; put b 1 two; cd ..
     git clone -q --filter=tree:0 --no-checkout file://$ROOT/up repo`,
    { paths: ["**"] },
  );
  test.sh(`${TRAPS} git config --unset core.worktree
    git config remote.origin.url "ext::sh -c touch% $ROOT/marks/lazy% %S"
    git config remote.origin.uploadpack "touch $ROOT/marks/uploadpack;"
    git config remote.origin.vcs evil`);
  test.sh(`${DISARM} printf 'tree %s\\nparent %s\\nauthor A <a> 1 +0000\\ncommitter A <a> 1700009999 +0000\\n\\nx\\n' \\
      1234567890123456789012345678901234567890 $(git rev-parse HEAD) > ../raw
    id=$(git hash-object -t commit -w --literally ../raw); echo $id > .git/refs/heads/main`);
  await test.repositories.poke("repo");
  assert.match(test.repositories.status()[0]?.error ?? "", /git diff-tree/, "the missing tree is told");
  assert.deepEqual(marks(test.root), []);
});

const FIFOS = ["config", "HEAD", "packed-refs", "objects/info/alternates", "shallow", "commondir", "refs/heads/main"];

for (const place of FIFOS) {
  Deno.test(`a FIFO as ${place} takes its time and no more, and ends nothing else`, async () => {
    await using test = await scene(
      "git init -q -b main repo; cd repo; commit one; cp -r . ../other",
      {},
      ({ root }) => ({
        run: (command) => {
          const hangs = command.env.GIT_DIR?.startsWith(`${root}/repo`);
          return runBounded(hangs ? { ...command, limitMs: Math.min(command.limitMs, 500) } : command);
        },
      }),
    );
    test.sh(`rm -rf .git/${place}; mkdir -p .git/objects/info; mkfifo .git/${place}`);
    test.repositories.apply([specOf(test.root), specOf(test.root, { name: "other", path: `${test.root}/other` })]);
    await Promise.all([test.repositories.poke("repo"), test.repositories.poke("other")]);
    const [, other] = test.repositories.status();
    assert.deepEqual([other?.ok, other?.branch], [true, "main"]);
    test.sh(`cd ../other; commit two`);
    await test.repositories.poke("other");
    assert.deepEqual(test.events.map(({ subject }) => subject), ["two"]);
  });
}
