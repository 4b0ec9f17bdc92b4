/** Programs that misbehave under the compiled binary (rows 17, 19, 21, 25, 26 of the fault list). */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { talkTo } from "./control_socket.ts";
import { alive, Instance, program, signal, until } from "../support/instance.ts";
import { systemProcesses } from "../../src/system/processes.ts";
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
  // A second for the command itself; beside other tests only that nobody waits for fifty, one after the other.
  assert.ok(performance.now() - began < sized(20_000, 3000 + 1000), `${performance.now() - began} ms`);
  assert.deepEqual(pids.filter(alive), []);
  assert.deepEqual(daemon.programs(), []);
});

const CYCLES = sized(60, 1000);

Deno.test(`19: ${CYCLES} exits with a grandchild that holds the output are seen at once and leak no descriptor`, async () => {
  await using daemon = new Instance(program("p", "sleep 100000 & exit 0", `restart = "on-failure"`));
  await daemon.start();
  const talk = talkTo(daemon);
  const descriptors = () => fs.readdirSync(`/proc/${daemon.pid()}/fd`).length;
  const ended = async () => (await talk.program("p")).state === "exited";
  let before = 0;
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    if (cycle > 0) await talk.post("/programs/p/start");
    await until("the end", ended); // The grandchild holds the output for a day.
    if (cycle === 20) before = descriptors();
  }
  await until("no more descriptors than before", () => descriptors() <= before);
  assert.deepEqual(daemon.programs().filter((pid) => pid !== daemon.pid()), []);
});

Deno.test("19: an exit with a grandchild on the output is seen, and the next start comes within a second of its time", async () => {
  const now = "$(date +%s%3N)";
  const script = `echo born ${now}\nsetsid sleep 100000 &\nsleep 100000 &\necho died ${now}\nexit 1`;
  await using daemon = new Instance(program("p", script));
  await daemon.start();
  const log = () => fs.readFileSync(join(daemon.home, "programs/p/output.log"), "utf8").trimEnd().split("\n");
  await until("three lives", () => log().length >= 6, 20_000);
  const times = log().map((line) => Number(line.split(" ")[1]));
  for (const [life, most] of [[1, 1200], [2, 2400]] as const) { // 1 s, then 2 s, with a fifth more by chance.
    const gap = (times[2 * life] ?? 0) - (times[2 * life - 1] ?? 0);
    assert.ok(gap < most + sized(10_000, 1000), `${gap} ms before life ${life + 1}`);
  }
});

const CHILDREN = sized(60, 1000);

Deno.test(`26: ${CHILDREN} programs that exit at once are all reaped`, async () => {
  const names = Array.from({ length: CHILDREN }, (_, i) => `p${i}`);
  await using daemon = new Instance(names.map((name) => program(name, "exit 0", `restart = "on-failure"`)).join(""));
  await daemon.start();
  const talk = talkTo(daemon);
  await until("all ends", async () => (await talk.status()).programs.every((one) => one.state === "exited"), 120_000);
  const pid = daemon.pid();
  const zombies = () => systemProcesses.list().filter((one) => one.ppid === pid && one.state === "Z").length;
  await until("no zombies", () => zombies() === 0);
});

/** Seconds: it takes eighteen until a crash loop is called one, and a minute from there to the next try. */
const WATCHED = sized(4, 100);

Deno.test(`21: a program that ends at once, forever, waits longer and longer and costs little in ${WATCHED} s`, async () => {
  await using daemon = new Instance(program("bad", "exit 3", "critical = true"));
  await daemon.start();
  const pid = daemon.pid();
  const [cpu, began] = [cpuSeconds(pid), performance.now()];
  await until("some time", () => performance.now() - began > WATCHED * 1000, WATCHED * 2000); // To ask it would cost, too.
  const percent = (cpuSeconds(pid) - cpu) / (performance.now() - began) * 100_000;
  // deno-lint-ignore no-console -- the figure
  console.log(`${percent.toFixed(2)} % of a processor`);
  assert.ok(percent < 5, `${percent} %`);
  const talk = talkTo(daemon);
  const bad = await until("it waits after two restarts", async () => {
    const now = await talk.program("bad");
    return now.restarts >= 2 && now.state === "backoff" ? now : undefined;
  });
  assert.deepEqual([bad.exit?.code, bad.crash_loop], [3, sized(false, true)]);
  assert.ok(bad.restarts <= 6, `${bad.restarts} restarts`);
  assert.equal((await daemon.get("/health")).status, 503);
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

Deno.test("a reload with a program that turns out not to start is taken back as a whole", async () => {
  await using daemon = new Instance(program("p", "exec sleep 1000"));
  await daemon.start();
  const pid = await until("p runs", async () => (await daemon.status()).programs[0]?.pid);
  fs.mkdirSync(join(daemon.home, "programs", "bad", "output.log"), { recursive: true }); // Nobody looks there before.
  daemon.write(program("p", "exec sleep 1000") + program("bad", "exec sleep 1000"));
  const reload = await daemon.run(["reload"]);
  assert.equal(reload.code, 78);
  assert.match(reload.stderr, /"bad" cannot be started: .*output\.log.*; the old configuration is back/);
  const { programs, last_reload } = await daemon.status();
  // deno-lint-ignore no-explicit-any -- the shape under test
  assert.deepEqual(programs.map((one: any) => [one.name, one.pid]), [["p", pid]]);
  assert.equal(last_reload.ok, false);
});
