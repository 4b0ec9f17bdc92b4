import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Logger } from "../../base/logger.ts";
import { SILENT } from "../../base/logger.ts";
import { RunStartError } from "../../jobs/runner.ts";
import { readLog } from "../../logging/read_log.ts";
import { until } from "../../system/until.ts";
import { systemProcesses } from "../../system/processes.ts";
import { openYard, orderOf, shellJob, type Yard } from "./testing.ts";

const isAlive = (pid: number) => !["Z", "X", undefined].includes(systemProcesses.stat(pid)?.state);
const pidsIn = (path: string) =>
  existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean).map(Number) : [];

/** Children outlive the ops that tests are checked for. */
function test(name: string, fn: (yard: Yard) => Promise<void> | void): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using yard = openYard();
      await fn(yard);
    },
  });
}

test("how a run ended and what it said last", async ({ runner, output }) => {
  const run = (script: string, id: number) => runner.start(orderOf(shellJob(script), id)).ended;
  assert.deepEqual(await run("echo one; echo two >&2", 1), { exit: { code: 0 }, output: "one\ntwo\n", leftovers: [] });
  assert.deepEqual(await run("printf open; exit 3", 2), { exit: { code: 3 }, output: "open", leftovers: [] });
  assert.deepEqual((await run("kill -SEGV $$", 3)).exit, { signal: "SIGSEGV" });
  assert.equal(output(), "one\ntwo\nopen\n");
});

test("a run is told of itself and of what made it", async ({ home, runner }) => {
  const job = shellJob("env", { work: { env: { MODE: "x", APPD_RUN_ID: "mine", APPD_PROGRAM_ID: "mine" } } });
  const cause = { kind: "git", detail: "p main 1", variables: { APPD_GIT_NEW: "1f3e" } } as const;
  const order = orderOf(job, 12, { number: 7, slotAt: Date.UTC(2025, 0, 2), attempt: 2, cause });
  const { output } = await runner.start(order).ended;
  const env = Object.fromEntries(output.split("\n").map((line) => line.split("=")));
  for (const name of ["APPD_PROGRAM", "APPD_INSTANCE", "SECRET"]) assert.equal(env[name], undefined);
  for (
    const [name, value] of Object.entries({
      MODE: "x",
      APPD_NAME: "default",
      APPD_JOB: "job",
      APPD_RUN_ID: "12",
      APPD_JOB_NUMBER: "7",
      APPD_JOB_SLOT: "2025-01-02T00:00:00.000Z",
      APPD_JOB_TRIGGER: "git",
      APPD_JOB_ATTEMPT: "2",
      APPD_GIT_NEW: "1f3e",
      APPD_PROGRAM_ID: `${home}/jobs/job#12.2`,
    })
  ) assert.equal(env[name], value, name);
});

test("parallel runs have their own last words, and whole lines in the log", async ({ runner, output }) => {
  const script = "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); printf '%s ' $APPD_RUN_ID; echo $i; done";
  const ends = await Promise.all([1, 2, 3].map((id) => runner.start(orderOf(shellJob(script), id)).ended));
  for (const [index, { output: tail }] of ends.entries()) {
    assert.equal(tail, Array.from({ length: 100 }, (_, i) => `${index + 1} ${1901 + i}\n`).join(""));
  }
  const lines = output().split("\n").slice(0, -1);
  for (const id of [1, 2, 3]) {
    const mine = lines.filter((line) => line.startsWith(`${id} `));
    assert.deepEqual(mine, Array.from({ length: 2000 }, (_, i) => `${id} ${i + 1}`));
  }
  assert.equal(lines.length, 6000);
});

test("of 10 MB nothing is lost, also when the log is rotated", async ({ home, runner }) => {
  const policy = { rotateSize: 2 ** 20, rotateEvery: 0, maxFiles: 100, maxAge: 0, maxTotal: 0, compress: false };
  const job = shellJob("seq -f '%010.0f line of the output of a job' 1 250000", {
    work: { log: { policy, timestamp: false, overflow: "block" } },
  });
  runner.configure([job]);
  const { exit, output } = await runner.start(orderOf(job)).ended;
  assert.deepEqual(exit, { code: 0 });
  assert.match(output, /^0000249\d+ .*\n[^]*\n0000250000 line of the output of a job\n$/);
  assert.ok(readdirSync(`${home}/jobs/job`).length > 9);
  let count = 0;
  for await (const line of readLog(`${home}/jobs/job/output.log`, { lines: Infinity })) {
    assert.equal(Number(new TextDecoder().decode(line.subarray(0, 10))), ++count);
  }
  assert.equal(count, 250_000);
});

test("a run that ends leaves nobody in its group, and waits for nobody", async ({ home, runner, output }) => {
  const before = performance.now();
  const { exit } = await runner.start(orderOf(shellJob(`sleep 1000 & echo $! >${home}/pids; echo done`))).ended;
  assert.ok(performance.now() - before < 30_000);
  assert.deepEqual(exit, { code: 0 });
  await until("the child is gone", () => !isAlive(pidsIn(`${home}/pids`)[0] ?? 0));
  assert.equal(output(), "done\n");
});

Deno.test({
  name: "what left the group of a run that has ended is ended and named, a run of the same job goes on",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const said: string[] = [];
    const log: Logger = { ...SILENT, warn: (text) => void said.push(text) };
    await using yard = openYard({ log });
    const { home, runner } = yard;
    const script =
      `setsid sh -c 'echo $$ >>${home}/pids; exec sleep 1000 >/dev/null 2>&1' & setsid env -i sh -c 'echo $$ >>${home}/pids; exec sleep 1001' &
      until [ $(sed 's|.*|/proc/&/comm|' ${home}/pids | xargs cat /dev/null 2>/dev/null | grep -c sleep) = 2 ]; do sleep 0.01; done`;
    writeFileSync(`${home}/pids`, "");
    const other = runner.start(orderOf(shellJob("sleep 1000"), 2));
    await runner.start(orderOf(shellJob(script))).ended;
    assert.equal(pidsIn(`${home}/pids`).filter(isAlive).length, 2);
    await until("strays are gone", () => pidsIn(`${home}/pids`).every((pid) => !isAlive(pid)));
    await until("they are named", () => said.length > 0);
    assert.match(said.join("\n"), /^killed what the run left behind: \d+ \(sleep 100\d\), \d+ \(sleep 100\d\)$/);
    assert.ok(isAlive(other.identity.pid));
    other.stop(0);
    await other.ended;
  },
});

test("a stop takes everything, politely first", async ({ home, runner, output: said }) => {
  const script =
    `exec 2>/dev/null; trap 'echo bye; exit 7' TERM; setsid sh -c 'echo $$ >${home}/pids; exec sleep 1000' &
    echo up; while :; do sleep 0.01; done`;
  const run = runner.start(orderOf(shellJob(script)));
  await until("it is up", () => said().includes("up") && pidsIn(`${home}/pids`).length === 1);
  run.stop();
  const { exit, output, leftovers } = await run.ended;
  assert.deepEqual([exit, output, leftovers], [{ code: 7 }, "up\nbye\n", []]);
  assert.ok(pidsIn(`${home}/pids`).every((pid) => !isAlive(pid)));
});

test("who ignores the signal is killed when the time is over, or is said to be", async ({ runner, output }) => {
  const deaf = shellJob("trap '' TERM; echo up; sleep 1000 & wait; sleep 1000", { stopTimeout: 200 });
  const first = runner.start(orderOf(deaf, 1));
  await until("it is up", () => output().includes("up"));
  first.stop();
  assert.deepEqual((await first.ended).exit, { signal: "SIGKILL" });
  const second = runner.start(orderOf({ ...deaf, stopTimeout: 60_000 }, 2));
  await until("it is up", () => output() === "up\nup\n");
  second.stop();
  second.stop(100);
  assert.deepEqual((await second.ended).exit, { signal: "SIGKILL" });
  second.stop(0);
});

test("a job has the stop signal that it wants, also when it is halted", async ({ runner, output }) => {
  const job = shellJob("trap 'exit 5' USR1; echo up; kill -STOP $$; while :; do sleep 0.01; done", {
    work: { stopSignal: "SIGUSR1" },
  });
  const run = runner.start(orderOf(job));
  await until("it is halted", () => systemProcesses.stat(run.identity.pid)?.state === "T");
  run.stop();
  assert.deepEqual((await run.ended).exit, { code: 5 });
  assert.equal(output(), "up\n");
});

test("what cannot be started says why", ({ home, runner }) => {
  writeFileSync(`${home}/text`, "no program");
  const refused = (work: Parameters<typeof shellJob>[1] & object, message: RegExp) => {
    assert.throws(() => runner.start(orderOf(shellJob("", work))), (error) => {
      assert.ok(error instanceof RunStartError);
      assert.match(error.message, message);
      return !error.mayPass;
    });
  };
  refused({ work: { command: ["/no/such"] } }, /^cannot run "\/no\/such": no such file or directory \(ENOENT\)$/);
  refused({ work: { command: [`${home}/text`] } }, /: permission denied \(EACCES\)$/);
  refused({ work: { cwd: "/no/such" } }, /^cannot enter "\/no\/such": no such file or directory \(ENOENT\)$/);
  refused({ work: { user: "nobody-like-this" } }, /"nobody-like-this"/);
  rmSync(`${home}/jobs/job`, { recursive: true });
  writeFileSync(`${home}/jobs/job`, "");
  refused({}, /\(EEXIST\)$/);
});

Deno.test({
  name: "a job of another user can write, also into its own output",
  ignore: Deno.uid() !== 0,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using yard = openYard();
    const job = shellJob("id -u; echo more >/dev/stdout", { work: { user: "nobody" } });
    const id = Number(new TextDecoder().decode(new Deno.Command("id", { args: ["-u", "nobody"] }).outputSync().stdout));
    for (const run of [1, 2]) {
      const end = await yard.runner.start(orderOf(job, run)).ended;
      assert.deepEqual(end, { exit: { code: 0 }, output: `${id}\nmore\n`, leftovers: [] });
    }
    chmodSync(yard.home, 0o755);
    assert.throws(
      () => yard.runner.start(orderOf(shellJob("", { work: { user: "nobody", command: ["/root/none"] } }), 3)),
      /^AppdError: cannot run as user nobody /,
    );
  },
});

test("thousands of runs leave no descriptor, no FIFO of their own and no open log", async ({ home, runner }) => {
  const job = shellJob("", { work: { command: ["/bin/true"] } });
  const descriptors = () => readdirSync("/proc/self/fd").length;
  const some = async (from: number, count: number) => {
    const ids = Array.from({ length: count }, (_, i) => from + i);
    await Promise.all(ids.map((id) => runner.start(orderOf(job, id)).ended));
  };
  await some(1, 8);
  const before = descriptors();
  for (let id = 9; id < 2009; id += 8) await some(id, 8);
  await until("as many descriptors as before", () => descriptors() === before);
  assert.deepEqual(readdirSync(`${home}/jobs/job`), ["output.log"]);
  assert.ok(readdirSync(`${home}/jobs`).length <= 13);
});

test("logs are rotated on demand, also of a job that does not run, and the rest is left alone", async (yard) => {
  const { home, runner } = yard;
  const keep = { rotateSize: 0, rotateEvery: 0, maxFiles: 5, maxAge: 0, maxTotal: 0, compress: false };
  const work = { log: { policy: keep, timestamp: true, overflow: "drop" } } as const;
  const [idle, busy, never] = ["idle", "busy", "never"].map((name) => shellJob("echo up; sleep 1000", { name, work }));
  assert.ok(idle && busy && never);
  runner.configure([idle, busy, never]);
  const first = runner.start(orderOf(idle, 1));
  const second = runner.start(orderOf(busy, 2));
  await until("both are up", () => ["idle", "busy"].every((name) => / up\n$/.test(yard.output(name))));
  first.stop(0);
  await first.ended;
  await runner.rotateLogs();
  const archives = (name: string) => readdirSync(`${home}/jobs/${name}`).filter((one) => /^output.*\d/.test(one));
  assert.deepEqual(["idle", "busy"].map((name) => [archives(name).length, yard.output(name)]), [[1, ""], [1, ""]]);
  assert.equal(existsSync(`${home}/jobs/never`), false);
  rmSync(`${home}/jobs/busy/output.log`);
  runner.reopenLogs();
  assert.equal(yard.output("busy"), "");
  assert.deepEqual(runner.problems(), []);
  second.stop(0);
  await second.ended;
});

Deno.test({
  name: "a kill that was not ours may have been the kernel's, for want of memory",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using yard = openYard({ oom: { hasKilled: () => true, refresh() {} } });
    const { runner, output } = yard;
    const exit = async (script: string, id: number) => (await runner.start(orderOf(shellJob(script), id)).ended).exit;
    assert.deepEqual(await exit("kill -KILL $$", 1), { signal: "SIGKILL", outOfMemory: true });
    assert.deepEqual(await exit("kill -TERM $$", 2), { signal: "SIGTERM" });
    const deaf = runner.start(orderOf(shellJob("trap '' TERM; echo up; while :; do sleep 0.01; done"), 3));
    await until("it is up", () => output().endsWith("up\n"));
    deaf.stop(0);
    assert.deepEqual((await deaf.ended).exit, { signal: "SIGKILL" });
  },
});

test("what one attempt left outside of its group is ended, and the next attempt is not", async ({ home, runner }) => {
  const script = `[ $APPD_JOB_ATTEMPT = 2 ] && exec sleep 1000
    setsid sh -c 'echo $$ >>${home}/pids; exec sleep 1000' & until [ -s ${home}/pids ]; do sleep 0.01; done; exit 1`;
  const job = shellJob(script);
  await runner.start(orderOf(job, 5)).ended;
  const second = runner.start(orderOf(job, 5, { attempt: 2 }));
  await until("the stray is gone", () => pidsIn(`${home}/pids`).every((pid) => !isAlive(pid)));
  assert.ok(isAlive(second.identity.pid));
  second.stop(0);
  await second.ended;
  await until("its FIFO is gone", () => readdirSync(`${home}/jobs/job`).join() === "output.log");
});

test("a log that cannot be written is a problem as long as it lasts", async ({ home, runner, output }) => {
  const run = runner.start(orderOf(shellJob("echo up; sleep 1000")));
  await until("it is up", () => output() === "up\n");
  assert.deepEqual(runner.problems(), []);
  renameSync(`${home}/jobs/job`, `${home}/jobs/aside`);
  writeFileSync(`${home}/jobs/job`, "");
  runner.reopenLogs();
  assert.match(runner.problems().join("\n"), /^job: cannot reopen ".*\/jobs\/job\/output.log": .*\(ENOTDIR\)$/);
  rmSync(`${home}/jobs/job`);
  renameSync(`${home}/jobs/aside`, `${home}/jobs/job`);
  runner.reopenLogs();
  assert.deepEqual(runner.problems(), []);
  run.stop(0);
  await run.ended;
});

test("the last descriptors are not for runs, and that passes", async ({ runner }) => {
  const limit = (soft: string) => {
    const args = ["--pid", `${Deno.pid}`, `--nofile=${soft}:`];
    assert.ok(new Deno.Command("prlimit", { args }).outputSync().success);
  };
  const before = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? "";
  limit(`${readdirSync("/proc/self/fd").length + 10}`);
  try {
    assert.throws(() => runner.start(orderOf(shellJob(""))), (error) => {
      assert.ok(error instanceof RunStartError);
      assert.match(error.message, /too many open files \(EMFILE\)$/);
      return error.mayPass;
    });
  } finally {
    limit(before);
  }
  assert.deepEqual((await runner.start(orderOf(shellJob(""))).ended).exit, { code: 0 });
});
