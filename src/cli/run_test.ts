import { APPD_APP } from "../app/kit/app.ts";
import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { realSystem, type System } from "../system/system.ts";
import type { CommandSpec, ProgramSpec } from "./command.ts";
import { APPD } from "./command_table.ts";
import { type FakeTerminal, fakeTerminal } from "./fake_terminal.ts";
import { main } from "./run.ts";
import type { Verb } from "./verb.ts";

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function ran(
  argv: readonly string[],
  options: { program?: ProgramSpec; system?: Partial<System> } = {},
): Promise<Ran> {
  const terminal: FakeTerminal = fakeTerminal();
  const code = await main({ program: options.program ?? APPD, app: APPD_APP }, argv, {
    ...realSystem(),
    ...options.system,
    terminal,
  });
  return { code, stdout: terminal.stdout, stderr: terminal.stderr };
}

/** A program with one verb, `go`. */
function programWith(verb: Verb, more: Partial<CommandSpec> = {}): ProgramSpec {
  const go: CommandSpec = {
    name: "go",
    summary: "go",
    exits: { ok: true },
    load: () => Promise.resolve(verb),
    ...more,
  };
  return { ...APPD, groups: [{ title: "Test", commands: [go] }] };
}

Deno.test("version and help answer on stdout", async () => {
  for (const argv of [["version"], ["--version"], ["status", "-V"]]) {
    const { code, stdout } = await ran(argv);
    assert.equal(code, 0);
    assert.match(stdout, /^appd \d+\.\d+\.\d+ \(.+\)\n$/);
  }
  const long = await ran(["help", "config", "set"]);
  assert.equal(long.code, 0);
  assert.deepEqual(await ran(["config", "set", "--help"]), long);
  assert.deepEqual(await ran(["help", "status"]), await ran(["--status", "--help"]));
  assert.match((await ran(["--help"])).stdout, /log-rotate/);
  const version = await ran(["version", "--json"]);
  assert.equal(JSON.parse(version.stdout).name, "appd");
});

Deno.test("without a command: a failure as any other, and below it what there is", async () => {
  const { code, stdout, stderr } = await ran([]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^appd: cannot run "appd": a command is missing\nhint: see: appd --help\n\nUsage: appd /);
  assert.match(stderr, /\nDaemon:\n {2}start[^]*\nappd itself:\n/);
  const group = await ran(["git", "hooks"]);
  assert.equal(group.code, 2);
  assert.match(
    group.stderr,
    /^appd: cannot run "appd git hooks": a command is missing\nhint: see: appd git hooks --help\n\nUsage: appd git hooks COMMAND \[OPTIONS\]\n\nCommands:\n {2}install [^\n]*\n {2}uninstall [^\n]*\n$/,
  );
  assert.equal((await ran(["config", "--quiet"])).stderr.split("\n").length, 3, "the failure alone");
  const { error } = JSON.parse((await ran(["config", "--json"])).stderr);
  assert.deepEqual(error, {
    message: 'cannot run "appd config": a command is missing',
    hint: "see: appd config --help",
    code: 2,
  });
});

Deno.test("a usage error is 2, one line and a hint, or JSON where that was asked for", async () => {
  const { code, stdout, stderr } = await ran(["statsu"]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.equal(stderr, 'appd: cannot run "statsu": unknown command\nhint: did you mean "status"? see: appd --help\n');
  assert.equal(JSON.parse((await ran(["--json", "statsu"])).stderr).error.code, 2);
  assert.equal((await ran(["help", "statsu"])).code, 2);
});

Deno.test("a verb's own error gives the exit code, anything else is a bug", async () => {
  const failure = programWith(() => {
    throw new AppdError("cannot go", { exit: "unavailable" });
  });
  assert.deepEqual(await ran(["go"], { program: failure }), { code: 69, stdout: "", stderr: "appd: cannot go\n" });
  const bug = programWith(() => Promise.reject(new TypeError("odd")));
  const { code, stderr } = await ran(["go"], { program: bug });
  assert.equal(code, 70);
  assert.match(stderr, /^appd: internal error \(this is a bug\): odd\nhint: [^\n]+\n$/);
  assert.match((await ran(["go", "--verbose"], { program: bug })).stderr, /TypeError: odd\n +at /);
});

Deno.test("where a platform has no sessions, only what works there does", async () => {
  const system = { host: { ...realSystem().host, platform: "windows" as const } };
  const program = programWith(() => 0);
  const { code, stderr } = await ran(["go"], { program, system });
  assert.equal(code, 3);
  assert.match(stderr, /not supported here/);
  assert.equal((await ran(["go"], { program: programWith(() => 0, { anywhere: true }), system })).code, 0);
  assert.equal((await ran(["go", "--help"], { program, system })).code, 0);
});
