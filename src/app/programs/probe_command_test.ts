import assert from "node:assert/strict";
import { APPD } from "../../base/product.ts";
import { existsSync, readFileSync } from "node:fs";
import type { ProbeScene } from "../../programs/deps.ts";
import { spawnAs } from "../../programs/launch.ts";
import { shellSpec } from "../../programs/testing.ts";
import { until } from "../../system/until.ts";
import { systemProcesses } from "../../system/processes.ts";
import { systemClock } from "../../system/clock.ts";
import { systemFiles } from "../../system/files.ts";
import { probeCommands } from "./probe_command.ts";
import { probeOpener } from "./probes.ts";

const NEVER = new AbortController().signal;

interface Yard extends Disposable {
  readonly scene: ProbeScene;
  readonly file: (name: string) => string;
  readonly pids: () => number[];
}

function yard(more: Partial<ProbeScene["spec"]> = {}): Yard {
  const directory = Deno.makeTempDirSync();
  const file = (name: string) => `${directory}/${name}`;
  const spec = shellSpec("web", "exit", { cwd: directory, env: { COLOR: "blue" }, ...more });
  return {
    scene: { spec, directory },
    file,
    pids: () => existsSync(file("pids")) ? readFileSync(file("pids"), "utf8").trim().split("\n").map(Number) : [],
    [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }),
  };
}

const deps = {
  clock: systemClock,
  files: systemFiles,
  processes: systemProcesses,
  directory: "/nowhere",
  address: { APPD_NAME: "test" },
  inheritedEnv: { PATH: "/usr/bin:/bin" },
};

const runIn = (y: Yard) =>
  probeCommands(
    systemProcesses,
    (command, extraEnv) => spawnAs(deps, { spec: y.scene.spec, command, openOutput: () => null, extraEnv }),
  );
const shell = (script: string) => ["/bin/sh", "-c", script];
const isAlive = (pid: number) => !["Z", "X", undefined].includes(systemProcesses.stat(pid)?.state);

/** Children outlive the ops that tests are checked for. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

test("a command runs in the program's directory, environment and umask, and its exit is told", async () => {
  using y = yard({ umask: 0o077 });
  const run = runIn(y);
  assert.deepEqual(await run(shell("pwd >seen; echo $COLOR >>seen; umask >>seen; echo noise; exit 3"), NEVER), {
    code: 3,
  });
  assert.equal(readFileSync(y.file("seen"), "utf8"), `${y.scene.directory}\nblue\n0077\n`);
  assert.deepEqual(await run(shell("kill -SEGV $$"), NEVER), { signal: "SIGSEGV" });
});

Deno.test({
  name: "a command of another user's program runs as that user",
  ignore: Deno.uid() !== 0,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    using y = yard({ user: "65534", group: "65534" });
    Deno.chmodSync(y.scene.directory, 0o777);
    const run = runIn(y);
    assert.deepEqual(await run(shell('echo "$(id -u):$(id -g):$(id -G)" >seen'), NEVER), { code: 0 });
    assert.equal(readFileSync(y.file("seen"), "utf8"), "65534:65534:65534\n");
    await assert.rejects(run(["/no/such/check"], NEVER), /"\/no\/such\/check": no such file or directory \(ENOENT\)/);
    const controller = new AbortController();
    const hanging = run(
      shell("echo $$ >>pids; setsid sh -c 'echo $$ >>pids; exec sleep 1000' & sleep 1000; :"),
      controller.signal,
    );
    await until("two processes", () => y.pids().length === 2);
    controller.abort();
    await hanging;
    await until("their end", () => y.pids().every((pid) => !isAlive(pid)));
  },
});

test("a command that hangs is killed with all it started, wherever that went", async () => {
  using y = yard();
  const script = "sleep 1000 & echo $! >>pids; setsid sh -c 'echo $$ >>pids; exec sleep 1000' & " +
    "(setsid sh -c 'echo $$ >>pids; trap \"\" TERM; sleep 1000; :' &) ; trap '' TERM; echo $$ >>pids; sleep 1000; :";
  const controller = new AbortController();
  const running = runIn(y)(shell(script), controller.signal);
  await until("four processes", () => y.pids().length === 4);
  controller.abort();
  assert.deepEqual(await running, { signal: "SIGKILL" });
  await until("their end", () => y.pids().every((pid) => !isAlive(pid)));
});

test("a command that ends leaves nothing of its group behind", async () => {
  using y = yard();
  assert.deepEqual(await runIn(y)(shell("sleep 1000 & echo $! >pids; exit 0"), NEVER), { code: 0 });
  await until("its child's end", () => y.pids().every((pid) => !isAlive(pid)));
});

test("a command that cannot be run says why, and one that is aborted beforehand is not", async () => {
  using y = yard();
  const missing = 'cannot run "/no/such/check": no such file or directory (ENOENT)';
  await assert.rejects(runIn(y)(["/no/such/check"], NEVER), { message: missing });
  await assert.rejects(runIn(y)(shell("touch ran"), AbortSignal.abort()));
  assert.ok(!existsSync(y.file("ran")));
});

test("all together: an exec probe that hangs at first, as the supervisor gets it", async () => {
  const ready = {
    method: { kind: "exec", command: shell("echo $$ >>pids; [ -e fine ] || sleep 1000") } as const,
    initialDelay: 0,
    period: 50,
    timeout: 2000,
    successThreshold: 1,
    failureThreshold: 1,
  };
  using y = yard({ ready });
  const verdicts: string[] = [];
  const listener = {
    onReady: ({ generation, ok, why }: { generation: number; ok: boolean; why: string }) =>
      verdicts.push(`${generation} ${ok} ${why}`),
    onLive: () => {},
    onNote: () => {},
    onExtend: () => {},
  };
  using probes = probeOpener(deps, { uid: Deno.uid() ?? 0, product: APPD })(y.scene, listener);
  probes.begin({ generation: 1, pid: 0 });
  await until("the timeout", () => verdicts.length === 1);
  await until("the first process's end", () => y.pids().length > 0 && !isAlive(y.pids()[0] ?? 0));
  Deno.writeTextFileSync(y.file("fine"), "");
  await until("readiness", () => verdicts.length === 2);
  assert.deepEqual(verdicts, ["1 false exec /bin/sh: no answer within 2s", "1 true exec /bin/sh: exit code 0"]);
  probes.end();
  await until("no process left", () => y.pids().every((pid) => !isAlive(pid)));
});
