/** `appd conformance`: the binary keeps what it promises, and one that does not is found out. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { scratchDirectory } from "../src/system/scratch.ts";
import { compiled } from "./support/compiled.ts";
import { BINARY, binaryOf, until } from "./support/instance.ts";

interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly checks: readonly { readonly id: string; readonly ok: boolean; readonly observation: string | null }[];
}

async function conformanceOf(binary: string, ...words: string[]): Promise<Report> {
  const command = new Deno.Command(BINARY, { args: ["conformance", binary, "--json", ...words], stdin: "null" });
  const { stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  assert.notEqual(text, "", new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

/** A daemon that is ours but for what the script changes; `$APPD` is the real binary. */
function impostor(script: string): Disposable & { readonly path: string } {
  const directory = fs.mkdtempSync(join(os.tmpdir(), "impostor-"));
  const path = join(directory, "appd");
  fs.writeFileSync(path, `#!/bin/sh\nAPPD='${BINARY}'\n[ "$1" = version ] && exec "$APPD" "$@"\n${script}\n`, {
    mode: 0o755,
  });
  return { path, [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true, force: true }) };
}

Deno.test("appd keeps everything that the family promises", async () => {
  const { checks, passed } = await conformanceOf(BINARY);
  assert.deepEqual(checks.filter(({ ok }) => !ok), []);
  assert.ok(passed >= 60, `${passed} checks`);
});

Deno.test("an app with a service of a name that a check likes is tried under another one", async () => {
  const app = await compiled("tests/fixtures/quince/quince.ts");
  for (const id of ["life.fifty-terms", "jobs.drain"]) {
    const { checks } = await conformanceOf(binaryOf(app), "--only", id);
    assert.deepEqual(checks.map(({ ok, observation }) => [ok, observation]), [[true, null]], id);
  }
});

/** Daemons with one fault each, and checks that have to find it. */
const IMPOSTORS: readonly (readonly [fault: string, script: string, found: readonly string[]])[] = [
  [
    "every command succeeds",
    '"$APPD" "$@"; exit 0',
    ["cli.unknown-verb", "cli.two-verbs", "life.status-stopped", "config.check", "jobs.run", "services.health"],
  ],
  ["nothing is said", '"$APPD" "$@" >/dev/null 2>&1', ["cli.help", "cli.failure", "life.one-line", "config.explain"]],
  [
    "stop kills",
    'case "$1" in stop) kill -9 "$(cat "$HOME/.appd/daemon.pid")" 2>/dev/null; exit 0 ;; esac; exec "$APPD" "$@"',
    ["life.stop", "instance.stale-pid", "jobs.drain"],
  ],
  [
    "the log has lines of its own",
    'echo "hello from the wrapper" >>"$HOME/.appd/daemon.log"; exec "$APPD" "$@"',
    ["logs.text", "logs.json"],
  ],
  ["a banner", 'echo "Welcome!"; exec "$APPD" "$@"', ["life.one-line", "life.status-stopped", "cli.man"]],
  [
    "start does not wait",
    'case "$1" in start) (sleep 5; exec "$APPD" "$@") >/dev/null 2>&1 & exit 0 ;; esac; exec "$APPD" "$@"',
    ["life.ready", "life.one-line", "config.errors"],
  ],
];

for (const [fault, script, found] of IMPOSTORS) {
  Deno.test(`a daemon with a fault is found out: ${fault}`, async () => {
    using fake = impostor(script);
    for (const id of found) {
      const { checks } = await conformanceOf(fake.path, "--only", id);
      const verdict = checks.find((check) => check.id === id);
      assert.equal(verdict?.ok, false, `${id} did not notice`);
      assert.ok(verdict.observation, `${id} does not say what it saw`);
    }
  });
}

Deno.test("a daemon that does nothing at all keeps next to no promise", async () => {
  using fake = impostor("exit 0");
  const { checks } = await conformanceOf(fake.path, "--only", "cli.");
  const kept = checks.filter(({ ok }) => ok).map(({ id }) => id);
  assert.deepEqual(kept, ["cli.plain-in-a-pipe"]); // What says nothing has no colours.
});

Deno.test("what is no binary of the family is told, and an unknown check too", async () => {
  const run = async (...args: string[]) => {
    const { code, stderr } = await new Deno.Command(BINARY, { args: ["conformance", ...args], stdin: "null" }).output();
    return [code, new TextDecoder().decode(stderr)] as const;
  };
  const [strange, why] = await run("/bin/true");
  assert.equal(strange, 1);
  assert.match(why, /cannot try "\/bin\/true"/);
  assert.equal((await run(BINARY, "--only", "no-such-check"))[0], 2);
});

Deno.test("a termination lets it end what it started", async () => {
  using directory = scratchDirectory("conformance-test");
  const env = { TMPDIR: directory.path };
  const child = new Deno.Command(BINARY, { args: ["conformance", BINARY], env, stdin: "null", stdout: "null" }).spawn();
  const theirs = () => pids().filter((pid) => environmentOf(pid).includes(`HOME=${directory.path}/`));
  await until("a daemon of its own", () => theirs().length > 0);
  child.kill("SIGTERM");
  assert.equal((await child.status).code, 1);
  assert.deepEqual([theirs(), fs.readdirSync(directory.path)], [[], []]);
});

function pids(): readonly string[] {
  return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

function environmentOf(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return ""; // gone, or another user's
  }
}
