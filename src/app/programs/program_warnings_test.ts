import assert from "node:assert/strict";
import { join } from "node:path";
import { homeWith } from "../../config/home_with.ts";
import { loadConfig } from "../../config/load.ts";
import { systemFiles } from "../../system/files.ts";
import { programWarnings } from "./program_warnings.ts";

interface Around {
  readonly uid?: number;
  /** Files that the home has beside its configuration; a name with a bang is executable. */
  readonly present?: readonly string[];
}

const PASSWD = "root:x:0:0:root:/root:/bin/sh\nme:x:1000:1000::/home/me:/bin/sh\nwww-data:x:33:33::/:/bin/false\n";

async function warningsOf(text: string, { uid = 0, present = [] }: Around = {}): Promise<string[]> {
  await using home = homeWith(text);
  for (const name of present) {
    await Deno.writeTextFile(join(home.home, name.replace("!", "")), "", { mode: name.endsWith("!") ? 0o755 : 0o644 });
  }
  const accounts: Record<string, string> = { "/etc/passwd": PASSWD, "/etc/group": "root:x:0:\nstaff:x:50:\n" };
  const files = { ...systemFiles, readText: (path: string) => accounts[path] ?? systemFiles.readText(path) };
  const host = { uid, env: { PATH: home.home } };
  const warnings = await programWarnings(await loadConfig(home), { files, host });
  return warnings.map((warning) => warning.replaceAll(home.home, "~").replace("~/config.toml:", ""));
}

const program = (...lines: string[]) => ["[[program]]", 'name = "web"', ...lines, ""].join("\n");

const TABLE: readonly [name: string, text: string, around: Around, ...warnings: string[]][] = [
  ["nothing", program('command = ["tool", "x"]', 'user = "www-data"', "group = 50"), { present: ["tool!"] }],
  ["a relative path", program('command = ["./tool"]'), { present: ["tool!"] }],
  [
    "no such command on PATH",
    program('command = ["tool", "x"]'),
    {},
    '3:12: program.web.command[1] cannot be run: there is no "tool" (looked for on PATH, ~)',
  ],
  [
    "no such file",
    program('command = ["/no/such", "x"]'),
    {},
    '3:12: program.web.command[1] cannot be run: there is no "/no/such" (look there: ls -l "/no/such")',
  ],
  [
    "a line in one word",
    program('command = ["./tool --fast"]'),
    { present: ["tool!"] },
    '3:12: program.web.command[1] cannot be run: there is no "./tool --fast" (every word is a text of its own in the array)',
  ],
  [
    "not executable",
    program('command = ["./tool"]'),
    { present: ["tool"] },
    '3:12: program.web.command[1] cannot be run: "~/tool" is not executable (look there: ls -l "~/tool")',
  ],
  [
    "the PATH of the program itself",
    program('command = ["sh"]', 'env = { PATH = "/bin" }'),
    {},
  ],
  [
    "no such directory, of which the command is not judged",
    program('command = ["./tool"]', 'cwd = "sub"'),
    {},
    '4:7: program.web.cwd is "~/sub", and there is no such directory (mkdir -p "~/sub")',
  ],
  [
    "a directory that is a file",
    program('command = ["/bin/sh"]', 'cwd = "sub"'),
    { present: ["sub"] },
    '4:7: program.web.cwd is "~/sub", which is a file and no directory (look there: ls -ld "~/sub")',
  ],
  ["as much time as a shutdown has", program('command = ["/bin/sh"]', 'stop_timeout = "30s"'), {}],
  [
    "more time than a shutdown has",
    program('command = ["/bin/sh"]', 'stop_timeout = "1m30s"'),
    {},
    "4:16: program.web.stop_timeout is 1m30s, and when the daemon stops, daemon.shutdown_timeout cuts it short (30s) " +
    "(appd config set daemon.shutdown_timeout 1m30s)",
  ],
  [
    "a shutdown that is shorter than the default",
    program('command = ["/bin/sh"]') + '[daemon]\nshutdown_timeout = "5s"\n',
    {},
    "1:3: program.web.stop_timeout is 10s, and when the daemon stops, daemon.shutdown_timeout cuts it short (5s) " +
    "(appd config set daemon.shutdown_timeout 10s)",
  ],
  [
    "no such user and group",
    program('command = ["/bin/sh"]', 'user = "www-date"', 'group = "nobodyelse"'),
    {},
    '4:8: program.web.user is "www-date", and this host has no such user (see them: getent passwd, did you mean "www-data"?)',
    '5:9: program.web.group is "nobodyelse", and this host has no such group (see them: getent group)',
  ],
  [
    "another user without being root",
    program('command = ["/bin/sh"]', 'user = "www-data"'),
    { uid: 1000 },
    '4:8: program.web.user is "www-data", and only root can run programs as another user (start the daemon as root, or take the line out)',
  ],
  ["oneself", program('command = ["/bin/sh"]', 'user = "me"'), { uid: 1000 }],
  [
    "no file of variables",
    program('command = ["/bin/sh"]', 'env_file = "web.env"'),
    {},
    '4:12: program.web.env_file keeps the daemon from starting: cannot use "~/web.env": no such file',
  ],
  [
    "the other commands",
    program('command = ["/bin/sh"]', 'stop_command = ["gone"]', "live.exec = ['gone']") +
    '[[notify]]\nname = "n"\ncommand = ["/no/such"]',
    {},
    '4:17: program.web.stop_command[1] cannot be run: there is no "gone" (looked for on PATH, ~)',
    '5:14: program.web.live.exec[1] cannot be run: there is no "gone" (looked for on PATH, ~)',
    '8:12: notify.n.command[1] cannot be run: there is no "/no/such" (look there: ls -l "/no/such")',
  ],
];

for (const [name, text, around, ...expected] of TABLE) {
  Deno.test(`what a host lacks: ${name}`, async () => assert.deepEqual(await warningsOf(text, around), expected));
}
