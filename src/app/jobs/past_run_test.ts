import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { JobSpec } from "../../jobs/job_spec.ts";
import type { RunIdentity } from "../../jobs/runner.ts";
import { until } from "../../system/until.ts";
import { systemProcesses } from "../../system/processes.ts";
import { endOrphans } from "../programs/orphans.ts";
import { openYard, orderOf, shellJob } from "./testing.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;
const isAlive = (pid: number) => !["Z", "X", undefined].includes(systemProcesses.stat(pid)?.state);

/** Starts runs of a job in a process of its own, as a daemon would, waits until `ready` says so, and kills it with -9. */
async function dieWith(
  home: string,
  { job, ids, ready }: { job: JobSpec; ids: readonly number[]; ready: () => boolean },
): Promise<RunIdentity[]> {
  const code = `import { openYard, orderOf } from ${JSON.stringify(new URL("testing.ts", import.meta.url).href)};
    const { runner } = openYard(${JSON.stringify({ home })});
    const job = ${JSON.stringify(job)};
    runner.configure([job]);
    const runs = ${JSON.stringify(ids)}.map((id) => runner.start(orderOf(job, id)));
    console.log(JSON.stringify(runs.map((run) => run.identity)));
    await Promise.all(runs.map((run) => run.ended));`;
  const daemon = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    cwd: ROOT,
    stdout: "piped",
  }).spawn();
  const reader = daemon.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  await until("the runs are where they should be", ready);
  daemon.kill("SIGKILL");
  await daemon.status;
  await reader.cancel();
  return JSON.parse(value);
}

interface Scene {
  readonly home: string;
  readonly file: (name: string) => string;
  readonly pids: () => number[];
}

function test(name: string, fn: (scene: Scene) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const home = mkdtempSync("/tmp/appd-past-");
      const file = (name: string) => `${home}/${name}`;
      const pids = () =>
        existsSync(file("pids")) ? readFileSync(file("pids"), "utf8").split("\n").filter(Boolean).map(Number) : [];
      try {
        await fn({ home, file, pids });
      } finally {
        for (const pid of pids().filter(isAlive)) systemProcesses.kill(pid, "SIGKILL");
        rmSync(home, { recursive: true });
      }
    },
  });
}

test("what a killed daemon left goes on, and is ended by the next one, with its last words", async ({ home, file, pids }) => {
  const script = `exec 2>/dev/null; trap 'echo told to end; exit 0' TERM
    echo $$ >>${file("pids")}; setsid sh -c 'echo $$ >>${file("pids")}; exec sleep 1000' &
    echo up; until [ -e ${file("go")} ]; do sleep 0.01; done; echo alone; echo >${file("said")}
    while :; do sleep 0.01; done`;
  const job = shellJob(script);
  const [identity] = await dieWith(home, { job, ids: [7], ready: () => pids().length === 2 });
  assert.ok(identity);
  await Deno.writeTextFile(file("go"), "");
  await until("it has spoken", () => existsSync(file("said")));
  assert.equal(pids().filter(isAlive).length, 2);
  await using yard = openYard({ home });
  yard.runner.configure([job]);
  const { wasAlive, output } = await yard.runner.clear(identity);
  assert.equal(wasAlive, true);
  assert.match(output, /alone\ntold to end\n$/);
  assert.match(yard.output(), /^up\nalone\ntold to end\n$/);
  assert.equal(pids().filter(isAlive).length, 0);
  assert.deepEqual(readdirSync(file("jobs/job")), ["output.log"]);
  assert.deepEqual(await yard.runner.clear(identity), { wasAlive: false, output: "" });
});

test("descendants are found when the main process is gone, and each run's own only", async ({ home, file, pids }) => {
  const script = `[ $APPD_RUN_ID = 1 ] && { setsid sh -c 'trap "" TERM; echo $$ >>${
    file("pids")
  }; sleep 1000; sleep 1' & }
    [ $APPD_RUN_ID = 2 ] && { echo $$ >>${file("pids")}; exec sleep 1000; }
    sleep 1000`;
  const job = shellJob(script, { stopTimeout: 200 });
  const [first, second] = await dieWith(home, { job, ids: [1, 2], ready: () => pids().length === 2 });
  assert.ok(first && second);
  systemProcesses.kill(-first.pid, "SIGKILL");
  await until("the main process is gone", () => !isAlive(first.pid));
  await using yard = openYard({ home });
  yard.runner.configure([job]);
  assert.equal((await yard.runner.clear(first)).wasAlive, true);
  assert.deepEqual(pids().filter(isAlive), [second.pid]);
  assert.equal((await yard.runner.clear(second)).wasAlive, true);
  assert.equal(pids().some(isAlive), false);
});

test("a run whose PID was never noted is found by its mark", async ({ home, file, pids }) => {
  const job = shellJob(`echo $$ >>${file("pids")}; exec sleep 1000`);
  const [identity] = await dieWith(home, { job, ids: [3], ready: () => pids().length === 1 });
  assert.ok(identity);
  await using yard = openYard({ home }); // The job is not configured any more.
  const unknown = { ...identity, pid: 0, startTime: "", bootId: "" };
  assert.equal((await yard.runner.clear({ ...unknown, runId: 33 })).wasAlive, false);
  assert.equal((await yard.runner.clear({ ...unknown, job: "other" })).wasAlive, false);
  assert.deepEqual(pids().map(isAlive), [true]);
  assert.equal((await yard.runner.clear(unknown)).wasAlive, true);
  assert.deepEqual(pids().map(isAlive), [false]);
});

test("a stranger that has the PID by now is never signalled, nor who is in its session", async ({ home }) => {
  const stranger = systemProcesses.spawn({
    command: ["/bin/sh", "-c", "sleep 1000 & wait"],
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    output: null,
  });
  const stat = systemProcesses.stat(stranger.pid);
  assert.ok(stat);
  const members = () => systemProcesses.list().filter(({ sid }) => sid === stranger.pid).map(({ pid }) => pid);
  await until("it has a child", () => members().length === 2);
  try {
    await using yard = openYard({ home });
    const mine = { runId: 1, job: "job", pid: stranger.pid, bootId: systemProcesses.bootId() };
    for (
      const identity of [
        { ...mine, startTime: `${Number(stat.startTime) - 1}` },
        { ...mine, startTime: stat.startTime, bootId: "another boot" },
      ]
    ) assert.deepEqual(await yard.runner.clear(identity), { wasAlive: false, output: "" });
    assert.equal(members().filter(isAlive).length, 2);
  } finally {
    systemProcesses.kill(-stranger.pid, "SIGKILL");
    await stranger.exited;
  }
});

test("a run that a daemon leaves behind goes on for the next one, or for a stop", async ({ home, file, pids }) => {
  const job = shellJob(`echo $$ >>${file("pids")}; echo up; exec sleep 1000`);
  const first = openYard({ home });
  const { identity } = first.runner.start(orderOf(job, 4));
  await until("it is up", () => pids().length === 1);
  await first[Symbol.asyncDispose]();
  assert.deepEqual(pids().map(isAlive), [true]);
  const { runner } = openYard({ home });
  assert.equal((await runner.clear(identity)).wasAlive, true);
  assert.deepEqual(pids().map(isAlive), [false]);

  const second = openYard({ home });
  second.runner.start(orderOf(job, 5));
  await until("it is up", () => pids().length === 2);
  await second[Symbol.asyncDispose]();
  assert.deepEqual(await endOrphans(second.context), { ended: ["job"], killed: [] });
  assert.deepEqual(pids().map(isAlive), [false, false]);
});
