import assert from "node:assert/strict";
import type { Path } from "../schema/kind.ts";
import { setInToml } from "./edit.ts";

const CASES: readonly [name: string, text: string, path: Path, raw: unknown, expected: string][] = [
  ["a value in place", "[server]\nport = 1 # the port\n", ["server", "port"], 2, "[server]\nport = 2 # the port\n"],
  [
    "an array over several lines",
    "[log]\noutputs = [\n  'file', # x\n] # y\n",
    ["log", "outputs"],
    ["stderr"],
    '[log]\noutputs = ["stderr"] # y\n',
  ],
  [
    "a new key after the last of its table",
    "[log]\nlevel = 'info' # x\n\n# the web\n[[program]]\nname = 'a'\n",
    ["log", "format"],
    "json",
    "[log]\nlevel = 'info' # x\nformat = \"json\"\n\n# the web\n[[program]]\nname = 'a'\n",
  ],
  [
    "a new key in a table without any",
    "[log] # here\n# comment\n",
    ["log", "format"],
    "json",
    '[log] # here\nformat = "json"\n# comment\n',
  ],
  [
    "indented as its neighbours",
    "[log]\n\tlevel = 'info'\n",
    ["log", "format"],
    "json",
    "[log]\n\tlevel = 'info'\n\tformat = \"json\"\n",
  ],
  [
    "at the end of a file without a newline",
    "[log]\nlevel = 'info'",
    ["log", "format"],
    "json",
    "[log]\nlevel = 'info'\nformat = \"json\"\n",
  ],
  [
    "Windows line ends",
    "[log]\r\nlevel = 'info'\r\n",
    ["log", "format"],
    "json",
    "[log]\r\nlevel = 'info'\r\nformat = \"json\"\r\n",
  ],
  [
    "a new table at the end",
    "# mine\nversion = 1\n",
    ["server", "port"],
    5,
    "# mine\nversion = 1\n\n[server]\nport = 5\n",
  ],
  ["an empty file", "", ["server", "port"], 5, "[server]\nport = 5\n"],
  [
    "dotted keys stay dotted",
    "server.port = 1\nlog.level = 'info'\n",
    ["server", "bind"],
    "::1",
    "server.port = 1\nserver.bind = \"::1\"\nlog.level = 'info'\n",
  ],
  [
    "into an inline table",
    "server = { port = 1 } # x\n",
    ["server", "bind"],
    "::1",
    'server = { port = 1, bind = "::1" } # x\n',
  ],
  ["into an empty inline table", "log = {}\n", ["log", "level"], "warn", 'log = { level = "warn" }\n'],
  [
    "inside an inline table",
    "server = { port = 1, bind = 'x' }\n",
    ["server", "port"],
    9,
    "server = { port = 9, bind = 'x' }\n",
  ],
  [
    "the second program",
    "[[program]]\nname = 'a'\n[[program]]\nname = 'b' # b\n",
    ["program", 1, "restart"],
    "never",
    "[[program]]\nname = 'a'\n[[program]]\nname = 'b' # b\nrestart = \"never\"\n",
  ],
  [
    "a group of a program",
    "[[program]]\nname = 'a'\n",
    ["program", 0, "log", "max_files"],
    3,
    "[[program]]\nname = 'a'\nlog.max_files = 3\n",
  ],
  [
    "a sub-table of a program",
    "[[program]]\nname = 'a'\n[program.log]\ncompress = true\n",
    ["program", 0, "log", "max_files"],
    3,
    "[[program]]\nname = 'a'\n[program.log]\ncompress = true\nmax_files = 3\n",
  ],
  ["a key that needs quotes", "[log]\n", ["log", "levels", "a.b"], "debug", '[log]\nlevels."a.b" = "debug"\n'],
  [
    "a general key above the first table and its comment",
    "# file\n\n# server\n[server]\nport = 1\n",
    ["timezone"],
    "UTC",
    '# file\n\ntimezone = "UTC"\n\n# server\n[server]\nport = 1\n',
  ],
  [
    "a general key below the others",
    "version = 1 # v\n\n[server]\n",
    ["timezone"],
    "UTC",
    'version = 1 # v\ntimezone = "UTC"\n\n[server]\n',
  ],
  ["a general key in a file of comments", "# only this", ["timezone"], "UTC", '# only this\ntimezone = "UTC"\n'],
];

for (const [name, text, path, raw, expected] of CASES) {
  Deno.test(`set keeps everything else: ${name}`, async () => assert.equal(await setInToml(text, path, raw), expected));
}
