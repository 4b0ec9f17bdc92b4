/** Shortages of the host (row 23 of the fault list) and a program that exits forever (row 21). */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createSupervisor } from "../../src/programs/supervisor.ts";
import { realDeps, shellSpec } from "../../src/programs/testing.ts";
import { FakeClock } from "../../src/system/fake_clock.ts";
import { until } from "../../src/system/until.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

/** What programs_starved.ts says, with `limit` set by the shell before it starts. */
async function starved(limit: string, args: string[], prefix: string[] = []): Promise<Record<string, unknown>> {
  const script = join(import.meta.dirname ?? "", "programs_starved.ts");
  const line = `${limit}; exec "$0" run -A --no-check --quiet --no-lock "$@"`;
  const command = [...prefix, "sh", "-c", line, Deno.execPath(), script, ...args];
  const output = await new Deno.Command(command[0] ?? "", { args: command.slice(1), stderr: "piped" }).output();
  const text = new TextDecoder().decode(output.stdout);
  assert.equal(output.code, 0, new TextDecoder().decode(output.stderr) + text);
  return JSON.parse(text);
}

test("23: out of descriptors, programs wait in backoff and start when there are some again", async () => {
  const directory = Deno.makeTempDirSync();
  const said = await starved("ulimit -n 64", [directory]);
  assert.deepEqual(said, { starved: "backoff", errno: true, alive: true, fed: "starting" });
  await Deno.remove(directory, { recursive: true });
});

test("21: a program that exits at once, forever, ends in a crash loop that costs nothing", async () => {
  const directory = Deno.makeTempDirSync();
  const clock = new FakeClock();
  const supervisor = createSupervisor({ ...realDeps(directory, new Map()), clock, random: () => 0.5 });
  await supervisor.apply([shellSpec("p", "exit 1")]);
  const status = () => supervisor.list()[0];
  let starts = 1;
  for (let passed = 0; passed < 600_000; passed += 1000) {
    await until("the end", () => status()?.state === "backoff");
    const before = status()?.restarts ?? 0;
    clock.advance(1000);
    starts += (status()?.restarts ?? 0) - before;
  }
  assert.equal(status()?.crash_loop, true);
  assert.ok(starts <= 15, `${starts} starts in ten minutes`);
  await supervisor[Symbol.asyncDispose]();
  await Deno.remove(directory, { recursive: true });
});
