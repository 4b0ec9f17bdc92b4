import assert from "node:assert/strict";
import { join } from "node:path";
import { homeWith } from "../../config/home_with.ts";
import { loadConfig } from "../../config/load.ts";
import { systemFiles } from "../../system/files.ts";
import { jobWarnings } from "./job_warnings.ts";

async function warningsOf(text: string, uid = 0): Promise<string[]> {
  await using home = homeWith(text);
  await Deno.writeTextFile(join(home.home, "tool"), "", { mode: 0o755 });
  for (const name of ["repo/.git", "bare.git/objects", "bare.git/refs", "plain/objects"]) {
    await Deno.mkdir(join(home.home, name), { recursive: true });
  }
  for (const name of ["bare.git/HEAD"]) await Deno.writeTextFile(join(home.home, name), "");
  await Deno.symlink("repo", join(home.home, "link"));
  const accounts: Record<string, string> = { "/etc/passwd": "root:x:0:0\nme:x:1000:1000\n", "/etc/group": "" };
  const files = { ...systemFiles, readText: (path: string) => accounts[path] ?? systemFiles.readText(path) };
  const warnings = await jobWarnings(await loadConfig(home), { files, host: { uid, env: { PATH: home.home } } });
  return warnings.map((warning) => warning.replaceAll(home.home, "~").replace("~/config.toml:", ""));
}

const job = (...lines: string[]) => ["[[job]]", 'name = "a"', ...lines, ""].join("\n");
const repository = (...lines: string[]) => ["[[repository]]", 'name = "r"', ...lines, ""].join("\n");

const TABLE: readonly [name: string, text: string, ...warnings: string[]][] = [
  ["nothing", job('command = ["tool"]', 'user = "me"') + repository('path = "repo"')],
  ["no jobs at all", '[[program]]\nname = "web"\ncommand = ["gone"]\n'],
  [
    "a command and a directory",
    job('command = ["gone"]') + '[[job]]\nname = "b"\ncommand = ["tool"]\ncwd = "sub"\n',
    '3:12: job.a.command[1] cannot be run: there is no "gone" (looked for on PATH, ~)',
    '7:7: job.b.cwd is "~/sub", and there is no such directory (mkdir -p "~/sub")',
  ],
  [
    "a user and a file of variables",
    job('command = ["tool"]', 'user = "mi"', 'env_file = "x.env"'),
    '4:8: job.a.user is "mi", and this host has no such user (see them: getent passwd, did you mean "me"?)',
    '5:12: job.a.env_file keeps the job from running: cannot use "~/x.env": no such file',
  ],
  [
    "repositories, of which one is switched off",
    repository('path = "tool"') + '[[repository]]\nname = "s"\npath = "no"\n' +
    '[[repository]]\nname = "t"\npath = "nono"\nenabled = false\n',
    '3:8: repository.r.path is "~/tool", which is a file and no directory (look there: ls -ld "~/tool")',
    '6:8: repository.s.path is "~/no", and there is no such directory (git clone URL "~/no", or git init "~/no")',
  ],
  [
    "directories that are repositories, and one that is none",
    repository('path = "repo"') +
    ["bare.git", "link", "repo/.git", "plain"].map((path, index) =>
      `[[repository]]\nname = "r${index}"\npath = "${path}"\n`
    ).join(""),
    '12:8: repository.r2.path is "~/repo/.git", which is no git repository (name the directory with the .git in it, or make it one: git init "~/repo/.git")',
    '15:8: repository.r3.path is "~/plain", which is no git repository (name the directory with the .git in it, or make it one: git init "~/plain")',
  ],
];

for (const [name, text, ...expected] of TABLE) {
  Deno.test(`what a host lacks for jobs: ${name}`, async () => assert.deepEqual(await warningsOf(text), expected));
}

Deno.test("only root can run jobs as another user", async () => {
  assert.deepEqual(await warningsOf(job('command = ["tool"]', 'user = "root"'), 1000), [
    '4:8: job.a.user is "root", and only root can run jobs as another user (start the daemon as root, or take the line out)',
  ]);
});
