/** Programs that misbehave under the compiled binary (rows 17, 21, 25, 26 of the fault list). */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { alive, Instance, program, signal, until } from "../support/instance.ts";
import { checkLog } from "./numbered_lines.ts";
import { sized } from "./seed.ts";

const SOURCE = join(import.meta.dirname ?? "", "line_source.ts");

/** Seconds of processor time that a process has used, proc_pid_stat(5). */
function cpuSeconds(pid: number): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

Deno.test("17: fifty that ignore TERM, and some that are stopped, end within stop_timeout and 2 s", async () => {
  const names = Array.from({ length: 50 }, (_, i) => `deaf${i}`);
  const deaf = "trap '' TERM; echo up; while :; do sleep 1000; done";
  await using daemon = new Instance(names.map((name) => program(name, deaf, `stop_timeout = "1s"`)).join(""));
  await daemon.start();
  const log = (name: string) => fs.readFileSync(join(daemon.home, "programs", name, "output.log"), "utf8");
  await until("all are up", () => names.every((name) => log(name).includes("up")));
  // deno-lint-ignore no-explicit-any -- the shape under test
  const pids: number[] = (await daemon.status()).programs.map((one: any) => one.pid);
  for (const pid of pids.slice(0, 10)) signal(pid, "SIGSTOP");
  const began = performance.now();
  const stopped = await daemon.run(["stop"]);
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.ok(performance.now() - began < 3000 + 1000, `${performance.now() - began} ms`); // A second for the command itself.
  assert.deepEqual(pids.filter(alive), []);
  assert.deepEqual(daemon.programs(), []);
});

Deno.test(`21: a program that ends at once, forever, is in a crash loop and costs little`, async () => {
  await using daemon = new Instance(program("bad", "exit 3", "critical = true"));
  await daemon.start();
  const bad = async () => (await daemon.status()).programs[0];
  await until("the crash loop", async () => (await bad()).crash_loop, 60_000);
  const { state, next_retry_at, exit } = await bad();
  assert.deepEqual([state, exit.code], ["backoff", 3]);
  assert.ok(Date.parse(next_retry_at) > Date.now() + 30_000, next_retry_at);
  assert.equal((await daemon.get("/health")).status, 503);
  const pid = daemon.pid();
  const [cpu, began] = [cpuSeconds(pid), performance.now()];
  await until("five seconds", () => performance.now() - began > 5000);
  const percent = (cpuSeconds(pid) - cpu) / (performance.now() - began) * 100_000;
  assert.ok(percent < 5, `${percent} %`);
});

const SECONDS = sized(3, 600);
const RATE = 10_000;

Deno.test(`25: four streams of ${RATE} lines a second for ${SECONDS} s, rotated at every MB`, async () => {
  const streams = ["a", "b", "c", "d"];
  const count = SECONDS * RATE;
  const args = (name: string) => ["run", "-A", "--no-check", "--quiet", SOURCE, name, `${count}`, `${RATE}`];
  const sections = streams.map((name) => `
[[program]]
name = "${name}"
command = ${JSON.stringify([Deno.execPath(), ...args(name)])}
restart = "never"
log = { rotate_size = "1MB", max_files = 100000, max_total = 0, max_age = 0 }
`);
  await using daemon = new Instance(sections.join(""));
  await daemon.start();
  // deno-lint-ignore no-explicit-any -- the shape under test
  const states = async () => (await daemon.status()).programs.map((one: any) => one.state);
  await until(
    "the end of all",
    async () => (await states()).every((one: string) => one === "exited"),
    SECONDS * 3000 + 60_000,
  );
  for (const name of streams) {
    const report = checkLog(join(daemon.home, "programs", name, "output.log"), { expected: { [name]: count } });
    const { found, lost, doubled, torn, reordered } = report;
    assert.deepEqual({ found, lost, doubled, torn, reordered }, {
      found: count,
      lost: 0,
      doubled: 0,
      torn: 0,
      reordered: 0,
    });
  }
});
