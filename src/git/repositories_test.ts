import assert from "node:assert/strict";
import { scene } from "./fake_scene.ts";

const REPO = "git init -q -b main repo; cd repo; commit one";
const BARE = `git init -q --bare -b main repo; git clone -q repo clone 2>/dev/null; cd clone; git checkout -q -b main
commit one; git push -q origin main`;
const CLONE = "git init -q -b main up; cd up; commit one; cd ..; git clone -q up repo";

/** What happens, and what is told of it. */
interface Case {
  readonly says: string;
  readonly begin?: string;
  readonly steps: readonly (readonly [script: string, ...news: string[]])[];
  readonly spec?: Parameters<typeof scene>[1];
}

const CASES: readonly Case[] = [
  {
    says: "commits are told once, oldest first, and history is no news",
    steps: [["commit two", "commit main two"], ["commit three; commit four", "commit main three", "commit main four"], [
      ":",
    ]],
  },
  {
    says: "a commit on another branch, a branch made, renamed and deleted",
    steps: [
      ["git branch old; git branch new"],
      ["git checkout -q new; commit two", "commit new two"],
      ["git branch -m new newer; git branch -D old -q"],
      ["git checkout -q main; git branch -D newer -q"],
      [
        "git checkout -q -b again ORIG_HEAD 2>/dev/null || git checkout -q -b again main@{0}; commit x",
        "commit again x",
      ],
    ],
  },
  {
    says: "a branch that is deleted and comes back is told once",
    steps: [
      ["git checkout -q -b topic; commit two; git tag kept; git checkout -q main", "commit topic two"],
      ["git branch -q -D topic"],
      ["git branch topic kept"],
      ["git merge -q topic"],
    ],
  },
  {
    says: "a merge tells its own commit and what it brought",
    steps: [
      [
        "git checkout -q -b topic; commit t1; commit t2; git checkout -q main; commit m1; git merge -q -m joined topic",
        "commit topic t1",
        "commit topic t2",
        "commit main m1",
        "merge main joined",
      ],
    ],
  },
  {
    says: "a fast-forward merge and a reset tell nothing",
    steps: [
      ["git checkout -q -b topic; commit t1", "commit topic t1"],
      ["git checkout -q main; git merge -q topic"],
      ["git reset -q --hard HEAD~1"],
      ["git reset -q --hard ORIG_HEAD"],
    ],
  },
  {
    says: "an amended commit is a new one",
    steps: [
      ["commit two", "commit main two"],
      ["git commit -q --amend --allow-empty -m 'two!'", "amend main two!"],
      [
        "git commit -q --amend --allow-empty -m 'two!!'; git commit -q --amend --allow-empty -m 'two!!!'",
        "amend main two!!",
        "amend main two!!!",
      ],
    ],
  },
  {
    says: "a commit that was amended before anybody looked is told too, before its successor",
    steps: [["commit a; git commit -q --amend --allow-empty -m b", "commit main a", "amend main b"]],
  },
  {
    says: "a commit that was thrown away before anybody looked is told too",
    steps: [["commit gone; git reset -q --hard HEAD~1; commit kept", "commit main gone", "commit main kept"]],
  },
  {
    says: "a rebase puts commits in the place of others",
    steps: [
      [
        "git checkout -q -b topic; put a 1 t1; put b 1 t2; git checkout -q main; put c 1 m1",
        "commit topic t1",
        "commit topic t2",
        "commit main m1",
      ],
      ["git checkout -q topic; git rebase -q main", "amend topic t1", "amend topic t2"],
      [":"],
    ],
  },
  {
    says: "cherry-pick and revert make commits",
    steps: [
      ["git checkout -q -b topic; put a 1; git checkout -q main; put b 1", "commit topic a", "commit main b"],
      ["git cherry-pick topic >/dev/null", "commit main a"],
      ["git revert --no-edit HEAD >/dev/null", 'commit main Revert "a"'],
    ],
  },
  {
    says: "packing refs and collecting garbage tell nothing",
    steps: [
      ["commit two; git branch a; git branch b/c", "commit main two"],
      ["git pack-refs --all"],
      ["git gc -q"],
      ["commit three", "commit main three"],
      ["git reflog expire --expire=now --all; git gc -q --prune=now"],
      ["git checkout -q a; commit four", "commit a four"],
    ],
  },
  {
    says: "a HEAD without a branch",
    steps: [
      ["git checkout -q --detach; commit loose", "commit null loose"],
      ["git checkout -q main"],
      [
        "git checkout -q --detach; commit looser; git checkout -q main; commit two",
        "commit null looser",
        "commit main two",
      ],
    ],
  },
  {
    says: "switches, where they are wanted",
    spec: { events: ["switch", "commit"] },
    steps: [
      ["git checkout -q -b topic", "switch main > topic"],
      ["commit two", "commit topic two"],
      ["git checkout -q main", "switch topic > main"],
      ["git checkout -q --detach", "switch main > null"],
      ["git checkout -q topic", "switch null > topic"],
    ],
  },
  {
    says: "the first commit of an empty repository",
    begin: "git init -q -b main repo",
    steps: [[":"], ["commit one", "commit main one"]],
  },
  {
    says: "a bare repository gets pushes, forced ones too",
    begin: BARE,
    steps: [
      ["cd ../clone; commit two; commit three; git push -q origin main", "commit main two", "commit main three"],
      ["cd ../clone; git commit -q --amend --allow-empty -m three!; git push -q -f origin main", "amend main three!"],
      ["cd ../clone; git push -q origin main:other; git push -q origin :other"],
      ["cd ../clone; git checkout -q -b x; commit x; git push -q origin x", "commit x x"],
    ],
  },
  {
    says: "fetched commits, and what a pull brings, are told as fetched, once",
    begin: CLONE,
    steps: [
      ["(cd ../up; commit two); git fetch -q", "fetch origin/main two"],
      ["git merge -q --ff-only origin/main"],
      ["(cd ../up; commit three); git pull -q", "fetch origin/main three"],
      [
        "commit mine; (cd ../up; commit four); git pull -q --no-rebase --no-edit 2>/dev/null",
        "commit main mine",
        "fetch origin/main four",
        "merge main Merge branch 'main' of $ROOT/up",
      ],
      ["git checkout -q -b mine; commit own; git push -q origin mine", "commit mine own"],
    ],
  },
  {
    says: "a forced change of a fetched branch",
    begin: CLONE,
    steps: [
      ["(cd ../up; commit two); git fetch -q", "fetch origin/main two"],
      ["(cd ../up; git commit -q --amend --allow-empty -m two!); git fetch -q", "fetch origin/main two!"],
    ],
  },
  {
    says: "a shallow clone, also when it becomes deeper",
    begin: "git init -q -b main up; cd up; commit one; commit two; cd ..; git clone -q --depth 1 file://$ROOT/up repo",
    steps: [
      ["(cd ../up; commit three); git pull -q", "fetch origin/main three"],
      ["git fetch -q --unshallow"],
      ["commit mine", "commit main mine"],
    ],
  },
  {
    says: "a repository of SHA-256",
    begin: "git init -q -b main --object-format=sha256 repo; cd repo; commit one",
    steps: [["commit two", "commit main two"], ["git commit -q --amend --allow-empty -m three", "amend main three"]],
  },
  {
    says: "a linked worktree: its own HEAD, everybody's branches",
    begin: `git init -q -b main main; cd main; commit one; git worktree add -q -b side ../repo`,
    spec: { events: ["commit", "switch"] },
    steps: [
      ["commit two", "commit side two"],
      ["cd ../main; commit three", "commit main three"],
      ["git checkout -q --detach", "switch side > null"],
    ],
  },
  {
    says: "no reflogs: an amended commit is known by its likeness",
    begin: `${REPO}; git config core.logAllRefUpdates false; rm -r .git/logs`,
    steps: [
      ["commit two", "commit main two"],
      ["git commit -q --amend --allow-empty -m two!", "amend main two!"],
      ["git reset -q --hard HEAD~1"],
    ],
  },
  {
    says: "branches are chosen by globs, and a commit is news when it comes to one of them",
    spec: { branches: ["main", "release/*"] },
    steps: [
      [
        "git checkout -q -b topic; commit t1; git checkout -q -b release/1; commit r1",
        "commit release/1 r1",
      ],
      ["git checkout -q -b topic2 main; put x 1 t2"],
      ["git checkout -q main; git merge -q topic2", "commit main t2"],
      ["git checkout -q -b release/a/b; commit no"],
      ["git checkout -q --detach; commit loose"],
    ],
  },
  {
    says: "a chosen branch that is made from old history is no news, what comes to it is",
    begin: `${REPO}; for i in $(seq 40); do commit $i; done`,
    spec: { branches: ["release/*"] },
    steps: [
      ["git branch release/1"],
      ["commit post; git checkout -q -b release/2; commit fix", "commit release/2 fix"],
      ["git checkout -q main; commit later; git checkout -q release/2"],
      ["git merge -q -m joined main", "commit release/2 later", "merge release/2 joined"],
      ["git checkout -q -b topic main; commit t; git branch -m topic release/3", "commit release/3 t"],
      ["git checkout -q -b old main; commit o"],
      ["git branch -m old release/4"],
      ["git checkout -q --orphan release/5; commit root", "commit release/5 root"],
      [
        "git checkout -q -b release/6 main; commit own; git merge -q -m both release/2",
        "commit release/6 own",
        "merge release/6 both",
      ],
      [
        "git checkout -q -b release/gone main; commit lost; git checkout -q main; git branch -q -D release/gone",
        "commit release/gone lost",
      ],
      [
        "git update-ref refs/heads/release/7 $(git commit-tree -p main -m plumbed main^{tree})",
        "commit release/7 plumbed",
      ],
      ["git fetch -q . main; git branch release/8 FETCH_HEAD"],
    ],
  },
  {
    says: "a chosen branch that is pushed anew begins with what the repository had",
    begin: BARE,
    spec: { branches: ["release/*"] },
    steps: [
      ["cd ../clone; commit two; git push -q origin main; git push -q origin main:release/0", "commit release/0 two"],
      ["cd ../clone; commit three; git push -q origin main"],
      ["cd ../clone; git checkout -q -b release/1; commit four; git push -q origin release/1", "commit release/1 four"],
    ],
  },
  {
    says: "the branch of a commit is the one it was made on, whatever came to it later",
    steps: [
      [
        "commit m1; commit m2; git checkout -q -b newb; commit n1",
        "commit main m1",
        "commit main m2",
        "commit newb n1",
      ],
      [
        "git checkout -q -b ff main; commit f1; commit f2; git checkout -q main; git merge -q --ff-only ff",
        "commit ff f1",
        "commit ff f2",
      ],
      [
        "git checkout -q -b short; commit s; git checkout -q main; git merge -q --ff-only short; git branch -q -d short; commit m3",
        "commit short s",
        "commit main m3",
      ],
      [
        "git worktree add -q -b tree ../tree; (cd ../tree; commit t); git merge -q --ff-only tree",
        "commit tree t",
      ],
      [
        "commit a; git checkout -q -b reb; git commit -q --amend --allow-empty -m b; git rebase -q main~1",
        "commit main a",
        "amend reb b",
      ],
    ],
  },
  {
    says: "paths are chosen by globs",
    spec: { paths: ["src/**", "*.md"] },
    steps: [
      ["put a 1; put src/x/y 1; put docs/b.md 1; put other/src/z 1", "commit main src/x/y", "commit main docs/b.md"],
      ["commit empty"],
      [
        "git checkout -q -b topic HEAD~1; put src/t 1; git checkout -q main; git merge -q -m joined topic",
        "commit topic src/t",
        "merge main joined",
      ],
      ["git rm -q src/t; git commit -q -m removed", "commit main removed"],
    ],
  },
  {
    says: "only the kinds that are wanted",
    spec: { events: ["merge"] },
    steps: [["commit two; git checkout -q -b t HEAD~1; commit t; git merge -q -m joined main", "merge t joined"]],
  },
  {
    says: "branches whose names look like options or are in the way",
    steps: [
      ["git update-ref refs/heads/--upload-pack=x HEAD; git update-ref refs/heads/-o HEAD; git checkout -q -b HEAD~ 2>/dev/null || :"],
      ["git symbolic-ref HEAD refs/heads/--upload-pack=x; commit two", "commit --upload-pack=x two"],
      ["git symbolic-ref HEAD refs/heads/-o; commit three", "commit -o three"],
      [
        "git update-ref refs/heads/refs/heads/main HEAD; git symbolic-ref HEAD refs/heads/refs/heads/main; commit four",
        "commit refs/heads/main four",
      ],
    ],
  },
];

for (const { says, begin = REPO, steps, spec } of CASES) {
  Deno.test(`git: ${says}`, async () => {
    await using test = await scene(begin, spec);
    assert.deepEqual(test.events, []);
    for (const [script, ...news] of steps) {
      test.sh(script);
      assert.deepEqual(await test.news(), news.map((line) => line.replace("$ROOT", test.root)), script);
      assert.deepEqual(test.repositories.status().map(({ error }) => error), [null], script);
      assert.deepEqual(await test.news(), [], `again after: ${script}`);
    }
  });

  Deno.test(`git, while the daemon was down: ${says}`, async () => {
    await using test = await scene(begin, spec);
    for (const [script, ...news] of steps) {
      await test.repositories[Symbol.asyncDispose]();
      test.sh(script);
      await test.restart();
      assert.deepEqual(await test.news(), news.map((line) => line.replace("$ROOT", test.root)), script);
    }
  });
}
