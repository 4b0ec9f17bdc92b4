import assert from "node:assert/strict";
import fs from "node:fs";
import { type BoundedCommand, runBounded } from "./bounded_command.ts";
import { until } from "./until.ts";

function sh(script: string, more: Partial<BoundedCommand> = {}): BoundedCommand {
  return {
    command: ["/bin/sh", "-c", script],
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
    limitMs: 10_000,
    maxBytes: 1000,
    ...more,
  };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The command lines that carry a mark, as what the test started does. */
function living(mark: string): number {
  return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/environ`, "utf8").includes(mark);
    } catch {
      return false; // gone
    }
  }).length;
}

Deno.test("a command gets its input and only the environment that is given", async () => {
  const result = await runBounded(sh("cat; env | sort; pwd; echo bad >&2; exit 3", { input: "in\n", env: { A: "b" } }));
  assert.equal(text(result.stdout), "in\nA=b\nPWD=/\n/\n");
  assert.deepEqual([result.code, result.stderr, result.cut], [3, "bad\n", null]);
  assert.equal(text((await runBounded(sh("cat"))).stdout), "", "without input there is an end");
  const deaf = await runBounded(sh("exit 0", { input: "x".repeat(1_000_000) }));
  assert.equal(deaf.code, 0, "one that does not read is no error");
});

Deno.test("too long and too much end it with everything that it started", async () => {
  const mark = `MARK=${crypto.randomUUID()}`;
  const env = { PATH: "/usr/bin:/bin", MARK: mark.slice(5) };
  const long = await runBounded(sh("sleep 1000 & echo begun; wait", { env, limitMs: 2000 }));
  assert.deepEqual([long.code, long.cut, text(long.stdout)], [null, "time", "begun\n"]);
  const much = await runBounded(sh("yes", { env }));
  assert.deepEqual([much.cut, much.stdout.length], ["size", 1000]);
  const stop = new AbortController();
  const running = runBounded(sh("sleep 1000", { env, signal: stop.signal }));
  stop.abort();
  assert.equal((await running).cut, "abort");
  assert.equal((await runBounded(sh("sleep 1000", { env, signal: AbortSignal.abort() }))).cut, "abort");
  await until("they are dead", () => living(mark) === 0);
});

Deno.test("what it leaves behind with its pipes is not waited for", async () => {
  const began = performance.now();
  const result = await runBounded(sh("sleep 1000 & echo done", { limitMs: 60_000 }));
  assert.deepEqual([result.code, text(result.stdout)], [0, "done\n"]);
  assert.ok(performance.now() - began < 30_000);
});

Deno.test("what cannot be executed is an error with its errno", async () => {
  const command = (word: string): BoundedCommand => ({ ...sh(""), command: [word] });
  for (const [word, code] of [["no-such-command", "ENOENT"], ["/", "EACCES"]] as const) {
    await assert.rejects(runBounded(command(word)), { code });
  }
});
