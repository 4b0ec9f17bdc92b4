import assert from "node:assert/strict";
import { join } from "node:path";
import { AppdError } from "../base/errors.ts";
import { systemFiles } from "../system/files.ts";
import { isGiven, type LoadOptions } from "./config.ts";
import { errorOf, homeWith, problemLines } from "./home_with.ts";
import { loadConfig } from "./load.ts";

Deno.test("no file at all is fine", async () => {
  await using home = homeWith(undefined);
  const { config, file, warnings } = await loadConfig(home);
  assert.equal(file, undefined);
  assert.deepEqual(warnings, []);
  assert.deepEqual(config, {
    version: 1,
    server: { bind: "127.0.0.1", port: 8321 },
    daemon: {
      shutdownTimeout: 30_000,
      pidFile: join(home.home, "daemon.pid"),
      keepAlive: false,
      restartDelay: 2000,
      watchConfig: false,
    },
    log: {
      level: "info",
      levels: {},
      format: "text",
      outputs: ["file"],
      file: join(home.home, "daemon.log"),
      rotateSize: 10_485_760,
      rotateEvery: 86_400_000,
      maxFiles: 5,
      maxAge: 30 * 86_400_000,
      maxTotal: 200 * 1024 * 1024,
      compress: true,
    },
    programs: [],
    scheduler: { concurrency: 16, pools: {}, hasWorkHours: false },
    jobs: [],
    repositories: [],
    notifications: [],
  });
});

Deno.test("a program has everything: its own, inherited from [log], and defaults", async () => {
  await using home = homeWith(`
[log]
rotate_size = "1MiB"
max_files = 9
[[program]]
name = "web"
command = ["./server", "--port", "9000"]
env = { MODE = "x" }
umask = "027"
stop_signal = "INT"
log = { max_files = 2, timestamp = true }
[[program]]
name = "line"
command = "a | b"
shell = true
`);
  const { programs } = (await loadConfig(home)).config;
  assert.deepEqual(programs[0], {
    name: "web",
    command: ["./server", "--port", "9000"],
    shell: false,
    cwd: home.home,
    env: { MODE: "x" },
    umask: 0o027,
    maxMemoryWindow: 30_000,
    restart: "always",
    stopSignal: "SIGINT",
    stopTimeout: 10_000,
    startTimeout: 60_000,
    stableAfter: 10_000,
    critical: false,
    onFailed: "degrade",
    log: {
      rotateSize: 1024 * 1024,
      rotateEvery: 86_400_000,
      maxFiles: 2,
      maxAge: 30 * 86_400_000,
      maxTotal: 200 * 1024 * 1024,
      compress: true,
      timestamp: true,
      overflow: "block",
    },
  });
  assert.deepEqual(programs[1]?.command, ["/bin/sh", "-c", "a | b"]);
  assert.equal(programs[1]?.log.maxFiles, 9);
});

Deno.test("command line over file over environment over default", async () => {
  await using home = homeWith("[server]\nport = 1002\n");
  const port = async (more: Partial<LoadOptions>) => (await loadConfig({ ...home, ...more })).config.server.port;
  const env = { APPD_SERVER_PORT: "1003" };
  assert.equal(await port({ flags: { "server.port": "1001" }, env }), 1001);
  assert.equal(await port({ env }), 1002);
  await Deno.remove(home.file);
  assert.equal(await port({ env }), 1003);
  assert.equal(await port({ env: { APPD_SERVER_PORT: "" } }), 8321);
});

Deno.test("arrays and tables come from the environment as a list or as TOML", async () => {
  await using home = homeWith(undefined, {
    env: { APPD_LOG_OUTPUTS: "file,stderr", APPD_LOG_LEVELS: '{ "a.b" = "debug" }', APPD_DAEMON_WATCH_CONFIG: "yes" },
  });
  const loaded = await loadConfig(home);
  assert.deepEqual(loaded.config.log.outputs, ["file", "stderr"]);
  assert.deepEqual(loaded.config.log.levels, { "a.b": "debug" });
  assert.equal(loaded.config.daemon.watchConfig, true);
  assert.deepEqual([isGiven(loaded, "log.outputs"), isGiven(loaded, "log.level")], [true, false]);
});

Deno.test("all problems of all layers come at once, in the order of the file", async () => {
  await using home = homeWith('[server]\nprot = 1\nport = 70000\n[log]\nlevel = "loud"\n', {
    flags: { "log.format": "xml" },
    env: { APPD_DAEMON_SHUTDOWN_TIMEOUT: "30" },
  });
  const error = await errorOf(home);
  assert.equal(
    error.message.replaceAll(home.home, "~"),
    `cannot load the configuration: 5 problems
variable APPD_DAEMON_SHUTDOWN_TIMEOUT: daemon.shutdown_timeout is "30", expected a duration such as "30s", "5m" or "1h30m"
  hint: units: ms, s, m, h, d
option --log-format: log.format is "xml", expected "text" or "json"
~/config.toml:2:1: server.prot is not a known setting
2 | prot = 1
  | ^^^^
  hint: did you mean "port"?
~/config.toml:3:8: server.port is 70000, expected 0 to 65535
3 | port = 70000
  |        ^^^^^
~/config.toml:5:9: log.level is "loud", expected "debug", "info", "warn" (also "warning") or "error"
5 | level = "loud"
  |         ^^^^^^`,
  );
  assert.equal(error.exit, "config");
  assert.match(error.summary, /^variable APPD_DAEMON_SHUTDOWN_TIMEOUT: .* \(and 4 more\)$/);
});

Deno.test("a bad option alone is a usage error, a bad variable is not", async () => {
  await using home = homeWith(undefined);
  const option = await errorOf({ ...home, flags: { "server.port": "70000" } });
  assert.equal(
    option.message,
    "cannot load the configuration: option --port: server.port is 70000, expected 0 to 65535",
  );
  assert.equal(option.exitCode, 2);
  assert.equal((await errorOf({ ...home, env: { APPD_SERVER_PORT: "x" } })).exitCode, 78);
});

Deno.test("a single problem is told on one line with its frame and its hint", async () => {
  await using home = homeWith("[server\n");
  const error = await errorOf(home);
  assert.equal(
    error.message,
    `cannot load the configuration: ${home.file}:1:8: is not valid TOML: illegal character in key\n1 | [server\n  |        ^`,
  );
});

const PROBLEMS: readonly [name: string, text: string, ...problems: string[]][] = [
  ["a key of another section", "port = 1", "1:1 port is not a known setting (it belongs under [server])"],
  ["an unknown section", "[servr]", '1:2 servr is not a known section (did you mean "server"?)'],
  [
    "one bracket",
    '[program]\nname = "x"',
    "1:2 program is a table, expected an array of tables (write [[program]], with two brackets, before each one)",
  ],
  ["a section as value", "server = 5", "1:10 server is 5, expected a table (write [server] above its settings)"],
  [
    "missing keys",
    "[[program]]",
    '1:3 program[1] lacks "name" (add: name = …)',
    '1:3 program[1] lacks "command" (add: command = …)',
  ],
  [
    "a command as one text",
    '[[program]]\nname = "x"\ncommand = "./a --b"',
    '3:11 program.x.command is a text, expected an array of words (write command = ["./a", "--b"], or add shell = true)',
  ],
  [
    "a name twice",
    '[[program]]\nname = "x"\ncommand = ["a"]\n[[program]]\nname = "x"\ncommand = ["b"]',
    "5:8 program.x.name is taken already (every one needs a name of its own)",
  ],
  [
    "an open address without a token",
    '[server]\nbind = "0.0.0.0"',
    '2:8 server.bind is "0.0.0.0", which other hosts can reach, and server.token_file is not set (set token_file = "token" under [server], or bind = "127.0.0.1")',
  ],
  [
    "an open address beside a bad port",
    '[server]\nport = -1\nbind = "::"',
    "2:8 server.port is -1, expected 0 to 65535",
    '3:8 server.bind is "::", which other hosts can reach, and server.token_file is not set (set token_file = "token" under [server], or bind = "127.0.0.1")',
  ],
  [
    "an element of an array",
    'log.outputs = ["file", "fiel"]',
    '1:24 log.outputs[2] is "fiel", expected "file", "stderr" or "journald" (did you mean "file"?)',
  ],
  [
    "a nested table",
    '[[program]]\nname = "x"\ncommand = ["a"]\nlog = { max_fles = 1 }',
    '4:9 program.x.log.max_fles is not a known setting (did you mean "max_files"?)',
  ],
  ["a version of the future", "version = 2", "1:11 version is 2, expected 1 (write 1, or take it out)"],
  [
    "a name for path tricks",
    '[[program]]\nname = "../x"\ncommand = ["a"]',
    '2:8 program[1].name is "../x", expected 1 to 64 letters, digits, dots, dashes or underscores, not beginning with a dot or a dash',
  ],
];

for (const [name, text, ...expected] of PROBLEMS) {
  Deno.test(`problem: ${name}`, async () => assert.deepEqual(await problemLines(text), expected));
}

Deno.test("an open address is fine with a token, and the option that opens it is named", async () => {
  await using home = homeWith('[server]\nbind = "0.0.0.0"\ntoken_file = "token"\n');
  assert.equal((await loadConfig(home)).config.server.tokenFile, join(home.home, "token"));
  await Deno.writeTextFile(home.file, "");
  const error = await errorOf({ ...home, flags: { "server.bind": "0.0.0.0" } });
  assert.match(error.message, /: option --bind: server\.bind is "0\.0\.0\.0"/);
});

Deno.test("variables that nobody reads are warned about, ours are not", async () => {
  await using home = homeWith(undefined, {
    env: {
      APPD_SERVER_PRT: "1",
      APPD_HOME: "x",
      APPD_CONFIG: "x",
      APPD_NAME: "x",
      APPD_INTERNAL_READY: "x",
      PATH: "x",
    },
  });
  assert.deepEqual((await loadConfig(home)).warnings, [
    "variable APPD_SERVER_PRT is not known, did you mean APPD_SERVER_PORT?",
  ]);
});

Deno.test("a file that was named has to exist", async () => {
  await using home = homeWith(undefined, { explicit: true });
  assert.match((await errorOf(home)).message, /config\.toml:1:1: no such file$/);
});

Deno.test("a directory is said to be one, and where the file may be", async () => {
  await using home = homeWith("");
  const { message, hint } = await errorOf({ ...home, file: home.home, explicit: true });
  assert.match(message, /:1:1: is a directory$/);
  assert.equal(hint, `name a file, such as one in it: --config ${home.home}/config.toml`);
});

const QUOTED = "a key of more than letters, digits, _ and - is written in quotes";
const SLIPS: readonly (readonly [text: string, hint: string | undefined])[] = [
  ["[server\n", "a section is written with both brackets: [NAME]"],
  ["[my server]\n", QUOTED],
  ["hello world\n", `a line is KEY = VALUE; ${QUOTED}`],
  ["käse = 1\n", `a line is KEY = VALUE; ${QUOTED}`],
  ["[log]\nlevel = debug # loud\n", 'what is no number, true or false is written in quotes: level = "…"'],
  ["[log]\nrotate_size = 20MiB\n", 'what is no number, true or false is written in quotes: rotate_size = "…"'],
  ["[log]\nfile = /var/log/x\n", 'what is no number, true or false is written in quotes: file = "…"'],
  ["[daemon]\nwatch_config = True\n", "true and false are written in small letters"],
  ["[server]\nport = \n", undefined],
  ["[server]\nport = 1 2\n", undefined],
  ['[log]\nlevel = "debug\n', undefined],
];

for (const [text, hint] of SLIPS) {
  Deno.test(`what is no TOML has the hint that is certain: ${JSON.stringify(text)}`, async () => {
    await using home = homeWith(text);
    const error = await errorOf(home);
    assert.match(error.message, /is not valid TOML/);
    assert.equal(error.hint, hint);
  });
}

Deno.test("a file that cannot be read is 77 with a hint", async () => {
  await using home = homeWith("");
  const open = () => {
    throw Object.assign(new Error("EACCES"), { code: "EACCES" });
  };
  await assert.rejects(loadConfig({ ...home, files: { ...systemFiles, open } }), (error: AppdError) => {
    assert.equal(error.exit, "noPermission");
    assert.match(error.hint ?? "", /chmod/);
    return true;
  });
});

Deno.test("a line with a byte that is no UTF-8 is named", async () => {
  await using home = homeWith("");
  await Deno.writeFile(home.file, new Uint8Array([0x23, 0x0a, 0x23, 0xff, 0x0a]));
  assert.match((await errorOf(home)).message, /config\.toml:2:1: is not valid UTF-8/);
});
