/**
 * Fault 44: whatever stands in the configuration file, the answer is a configuration or a ConfigError with line and
 * column, and it comes in time. Short form: 600 mutants; APPD_FAULTS=full: 10,000.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { loadConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/config/config_error.ts";
import { APPD_SCHEMA } from "../../src/schema/appd_schema.ts";
import { starterToml } from "../../src/schema/starter.ts";
import { systemFiles } from "../../src/system/files.ts";
import { type Random, random, sized } from "./seed.ts";

const MUTANTS = sized(600, 10_000);
/** Most time of the processor that one file may take, in milliseconds; a mutant takes about one. */
const LIMIT_MS = 5_000;

const CORPUS = [
  starterToml(APPD_SCHEMA, "appd"),
  starterToml(APPD_SCHEMA, "appd").replaceAll(/^# (?=[\[a-z].* = |\[)/gm, ""),
  `version = 1
[server]
port = 0
bind = '::1'
[log]
levels = { "appd.http" = "debug", a.b = "warning" }
outputs = [
  "file", # here
  "stderr",
]
[[program]]
name = "web"
command = ["./server", "--port", """9000"""]
env = { TOKEN = "planted-secret", PATH = "/bin" }
log = { rotate_size = "50MiB", timestamp = true }
[[program]]
name = "db"
command = 'redis-server --save ""'
shell = true
umask = "027"
[program.env]
"a b" = "c"
[program.log]
max_age = "1h30m"
`,
  `timezone = "Europe/Berlin"
[scheduler]
work_hours = { enabled = true, days = ["mon-fri", "sun"], start = "22:00", end = '6', timezone = "UTC" }
pools = { db = 1 }
[[program]]
name = "web"
command = ["x"]
instances = 2
[[job]]
name = "standup"
command = ["./ask.sh"]
cron = "*/5 9-17 1,15,L * mon-fri"
work_hours_only = true
outside_hours = "defer"
pool = "db"
[[job]]
name = "after"
command = "a | b"
shell = true
on = ["start", "webhook", "git:site", "program:web.2:crash_loop", "job:standup:any"]
retries = 3
env = { TOKEN = "planted-secret" }
[[job]]
name = "paced"
command = ["x"]
every = "1h30m"
jitter = "30s"
missed = "all"
deadline = "2h"
[[repository]]
name = "site"
path = "../site"
branches = ["main", "release/*"]
paths = ["src/**"]
job = ["after", "paced"]
`,
  "server.port = 1979-05-27T07:32:00Z\nlog.level = inf\n[daemon]\nwatch_config = 1_000\n",
];

const DICTIONARY = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "[",
  "]",
  "[[",
  "]]",
  "{",
  "}",
  "=",
  ".",
  ",",
  '"',
  "'",
  '"""',
  "'''",
  "\0",
  "\r",
  "\n",
  "\r\n",
  "\u2028",
  "\ufeff",
  "\ud800",
  "\\u0000",
  "\\UFFFFFFFF",
  "nan",
  "-inf",
  "1e999",
  "0x",
  "9".repeat(40),
  "true",
  "1979-05-27",
  "[program]",
  "[[program]]",
  "[[job]]",
  "[[repository]]",
  "[scheduler]",
  'cron = "',
  "* ",
  "*/",
  "L",
  "#",
  "mon-",
  "job:standup:ok",
  "git:",
  "[log]",
  "name = ",
  "x".repeat(5000),
  "[".repeat(2000),
  "a.".repeat(2000),
] as const;

function mutate(text: string, next: Random["next"]): string {
  let mutant = text;
  for (let i = next(6); i >= 0; i--) {
    const from = next(mutant.length + 1);
    const to = Math.min(mutant.length, from + next(30));
    const word = DICTIONARY[next(DICTIONARY.length)] ?? "";
    const ways = [
      () => mutant.slice(0, from) + word + mutant.slice(from),
      () => mutant.slice(0, from) + mutant.slice(to),
      () => mutant.slice(0, from) + word + mutant.slice(to),
      () => mutant.slice(0, from),
      () => mutant + mutant.slice(from, to),
      () => mutant.slice(0, from) + String.fromCharCode(next(256)) + mutant.slice(from + 1),
    ];
    mutant = ways[next(ways.length)]?.() ?? mutant;
  }
  return mutant;
}

/** Loads a file; a ConfigError is an answer when it has a place, anything else that is thrown is a crash. */
async function answer(home: string): Promise<"ok" | ConfigError> {
  const began = process.cpuUsage();
  try {
    await loadConfig({ home, file: join(home, "config.toml"), flags: {}, env: {}, files: systemFiles });
    return "ok";
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    assert.match(error.message, /config\.toml:\d+:\d+/);
    assert.equal(error.exit, "config");
    return error;
  } finally {
    const { user, system } = process.cpuUsage(began);
    assert.ok(user + system < LIMIT_MS * 1000, `took ${(user + system) / 1000} ms`);
  }
}

Deno.test(`fault 44: ${MUTANTS} mutants of a corpus never crash and never hang`, async () => {
  const home = Deno.makeTempDirSync({ prefix: "appd-config-" });
  const { seed, next } = random("fault 44");
  let refused = 0;
  for (let i = 0; i < MUTANTS; i++) {
    const mutant = mutate(CORPUS[next(CORPUS.length)] ?? "", next);
    Deno.writeTextFileSync(join(home, "config.toml"), mutant);
    try {
      if (await answer(home) !== "ok") refused++;
    } catch (error) {
      throw new Error(`seed ${seed}, mutant ${i}: ${JSON.stringify(mutant).slice(0, 2000)}`, { cause: error });
    }
  }
  assert.ok(refused > MUTANTS / 4, `only ${refused} refused: the mutants are too tame`);
  assert.equal(({} as Record<string, unknown>).port, undefined, "a prototype was polluted");
  Deno.removeSync(home, { recursive: true });
});

const MIB = 1024 * 1024;

const HOSTILE: Readonly<Record<string, () => string | Uint8Array>> = {
  "arrays 100,000 deep": () => `x = ${"[".repeat(100_000)}`,
  "closed arrays 900 deep": () => `x = ${"[".repeat(900)}${"]".repeat(900)}`,
  "inline tables 100,000 deep": () => `x = ${"{a=".repeat(100_000)}`,
  "dotted key 100,000 deep": () => `${"a.".repeat(100_000)}b = 1`,
  "dotted key in a known table, 500,000 deep": () => `[log]\nlevels.${"a.".repeat(500_000)}b = 1`,
  "table header 100,000 deep": () => `[${"a.".repeat(100_000)}b]`,
  "100,000 unknown keys": () => Array.from({ length: 100_000 }, (_, i) => `k${i}=1`).join("\n"),
  "20,000 unnamed programs": () => "[[program]]\nx=1\n".repeat(20_000),
  "10,000 jobs after jobs that nobody knows": () =>
    Array.from({ length: 10_000 }, (_, i) => `[[job]]\nname="j${i}"\ncommand=["x"]\non="job:k${i}:ok"\n`).join(""),
  "9,000 jobs, each after the next and the first": () =>
    Array.from(
      { length: 9000 },
      (_, i) => `[[job]]\nname="j${i}"\ncommand=["x"]\non=["job:j${(i + 1) % 9000}:ok","job:j0:any"]\n`,
    ).join(""),
  "60,000 events of one job": () =>
    `[[job]]\nname="a"\ncommand=["x"]\non=[${Array.from({ length: 60_000 }, (_, i) => `"git:r${i}"`).join(",")}]`,
  "a cron expression of 500,000 elements": () =>
    `[[job]]\nname="a"\ncommand=["x"]\ncron="${"1,".repeat(250_000)}x * * * *"`,
  "a key of 1,000,000 letters": () => `${"k".repeat(1_000_000)} = 1`,
  "a text of 1,000,000 letters": () => `[log]\nlevel = "${"x".repeat(1_000_000)}"`,
  "__proto__ as table": () => "[__proto__]\nport = 1\n[server.__proto__]\nport = 2\n",
  "__proto__ as key": () => "__proto__ = { port = 1 }\nconstructor.prototype.port = 2\n",
  "__proto__ in a table of variables": () => '[[program]]\nname="a"\ncommand=["b"]\nenv.__proto__ = { x = 1 }\n',
  "NULs": () => "\0".repeat(1000),
  "no UTF-8": () => new Uint8Array([0x5b, 0x61, 0x5d, 0x0a, 0xff, 0xfe, 0x0a]),
  "10 MiB of garbage": () => new Uint8Array(10 * MIB).fill(0x5b),
  ...sized({}, { "100 MiB": () => new Uint8Array(100 * MIB).fill(0x0a) }),
};

for (const [name, make] of Object.entries(HOSTILE)) {
  Deno.test(`fault 44: ${name} is refused with its place`, async () => {
    const home = Deno.makeTempDirSync({ prefix: "appd-config-" });
    const text = make();
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    Deno.writeFileSync(join(home, "config.toml"), bytes);
    const result = await answer(home);
    assert.ok(result instanceof ConfigError, "it was accepted");
    assert.ok(result.message.length < 20_000, `a message of ${result.message.length} characters`);
    assert.equal(({} as Record<string, unknown>).port, undefined, "a prototype was polluted");
    Deno.removeSync(home, { recursive: true });
  });
}

Deno.test("fault 44: a FIFO, a device, a directory or a socket as configuration is refused at once", async () => {
  const home = Deno.makeTempDirSync({ prefix: "appd-config-" });
  const file = join(home, "config.toml");
  assert.equal(new Deno.Command("mkfifo", { args: [file] }).outputSync().code, 0);
  assert.match(String(await answer(home)), /is a FIFO/);
  Deno.removeSync(file);
  Deno.symlinkSync("/dev/zero", file);
  assert.match(String(await answer(home)), /is a device/);
  Deno.removeSync(file);
  Deno.mkdirSync(file);
  assert.match(String(await answer(home)), /is a directory/);
  Deno.removeSync(file);
  using _socket = Deno.listen({ transport: "unix", path: file });
  assert.match(String(await answer(home)), /is a socket/);
  Deno.removeSync(home, { recursive: true });
});

Deno.test("fault 44: a syntax error beside a secret does not show it", async () => {
  const home = Deno.makeTempDirSync({ prefix: "appd-config-" });
  const before = '[[program]]\nname = "a"\ncommand = ["b"]\n';
  const broken = [
    'env = { TOKEN = "planted-secret" oops }',
    '[program.env]\nDB = "planted-secret" oops',
    "env = {\n  DB = planted-secret\n}",
    'env.X = "planted-secret\nY = 1',
    'api_key = "planted-secret" oops',
    "env = { TOKEN = 5, B = 'planted-secret' }",
  ];
  for (const lines of broken) {
    Deno.writeTextFileSync(join(home, "config.toml"), before + lines);
    const result = await answer(home);
    assert.ok(result instanceof ConfigError, lines);
    assert.doesNotMatch(`${result.message} ${result.hint} ${result.summary}`, /planted|secret/, lines);
  }
  Deno.removeSync(home, { recursive: true });
});
