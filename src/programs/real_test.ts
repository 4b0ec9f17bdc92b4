import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createFifos } from "../system/fifo.ts";
import { systemProcesses } from "../system/processes.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";
import type { SupervisorDeps } from "./deps.ts";
import { MemoryOutput, realDeps, shellSpec } from "./testing.ts";
import { until } from "../system/until.ts";
import type { ProgramSpec } from "./program_spec.ts";

interface Yard extends AsyncDisposable {
  readonly directory: string;
  readonly outputs: Map<string, MemoryOutput>;
  readonly deps: SupervisorDeps;
  supervisor: Supervisor;
  text(name: string): string;
}

/** A supervisor of real processes in a directory of its own; whatever it started is gone at the end. */
function yard(): Yard {
  const directory = Deno.makeTempDirSync();
  const outputs = new Map<string, MemoryOutput>();
  const deps = realDeps(directory, outputs);
  const self: Yard = {
    directory,
    outputs,
    deps,
    supervisor: createSupervisor(deps),
    text: (name) => outputs.get(name)?.text ?? "",
    async [Symbol.asyncDispose]() {
      await self.supervisor.stopAll({ deadlineMs: 3000 });
      await self.supervisor[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
  return self;
}

/** Children outlive the ops that tests are checked for; timers and processes are looked after by {@link yard}. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

function only(supervisor: Supervisor) {
  const [status] = supervisor.list();
  assert.ok(status);
  return status;
}

const isAlive = (pid: number) => !["Z", "X", undefined].includes(systemProcesses.stat(pid)?.state);

async function startOne(y: Yard, script: string, more: Partial<ProgramSpec> = {}): Promise<number> {
  await y.supervisor.apply([shellSpec("p", script, more)]);
  return only(y.supervisor).pid ?? assert.fail(`not started: ${JSON.stringify(only(y.supervisor))}`);
}

test("both streams of a program arrive in order, as bytes, to the last one before its death", async () => {
  await using y = yard();
  await startOne(y, "echo one; echo two >&2; printf '\\377\\000'; printf three", { restart: "never" });
  await until("its end", () => only(y.supervisor).state === "exited");
  const all = y.outputs.get("p")?.chunks.flatMap((chunk) => [...chunk]) ?? [];
  assert.deepEqual(all, [...new TextEncoder().encode("one\ntwo\n"), 255, 0, ...new TextEncoder().encode("three")]);
});

test("a program leads a session of its own, has a clean environment, and its FIFO is private", async () => {
  await using y = yard();
  const script = "env; umask; readlink /proc/self/fd/0; exec sleep 1000";
  const pid = await startOne(y, script, { env: { A: "b c" } });
  await until("its environment", () => y.text("p").includes("/dev/null"));
  const stat = systemProcesses.stat(pid);
  assert.deepEqual([stat?.sid, stat?.pgid], [pid, pid]);
  const lines = y.text("p").trim().split("\n").filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line)).sort();
  const mark = `APPD_PROGRAM_ID=${y.directory}/p`;
  const ours = ["APPD_INSTANCE=1", "APPD_NAME=test", "APPD_PROGRAM=p", mark];
  assert.deepEqual(lines, ["/dev/null", "0022", "A=b c", "PATH=/usr/bin:/bin", ...ours].sort());
  assert.equal(statSync(`${y.directory}/p/output.fifo`).mode & 0o777, 0o600);
  assert.equal(statSync(`${y.directory}/p`).mode & 0o777, 0o700);
});

test("an exit is seen although a grandchild holds the output", async () => {
  await using y = yard();
  const script = "setsid sleep 1000 & echo up; exit 3";
  await startOne(y, script, { restart: "never" });
  await until("its end", () => only(y.supervisor).state === "exited"); // Long before that of the grandchild.
  assert.equal(only(y.supervisor).exit?.code, 3);
});

test("a crash clears the old group, and a stop reaches grandchildren, also those in another session", async () => {
  await using y = yard();
  const script = "sleep 1000 & echo kid $!; setsid sh -c 'echo far $$; exec sleep 1000' & exec sleep 1000";
  const first = await startOne(y, script, { stableAfter: 0 });
  const kid = Number(
    (await until("kid", () => /kid (\d+)\n[^]*far \d+|far \d+\n[^]*kid (\d+)/.exec(y.text("p"))))[0].match(/kid (\d+)/)
      ?.[1],
  );
  await until("running", () => only(y.supervisor).state === "running");
  Deno.kill(first, "SIGKILL");
  const second = await until("next life", () => only(y.supervisor).pid !== first && only(y.supervisor).pid);
  await until("old group gone", () => !isAlive(kid));
  await until("two far ones", () => y.text("p").match(/far \d+/g)?.length === 2);
  const all = [...y.text("p").matchAll(/(?:kid|far) (\d+)/g)].map((match) => Number(match[1]));
  await y.supervisor.act("stop", "p", "a test");
  assert.deepEqual([second, ...all].filter(isAlive), []);
  assert.equal(only(y.supervisor).state, "stopped");
});

test("a stopped process is continued so that it can obey", async () => {
  await using y = yard();
  const pid = await startOne(y, "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done");
  await until("up", () => y.text("p").includes("up"));
  Deno.kill(pid, "SIGSTOP");
  await y.supervisor.act("stop", "p", "a test");
  assert.ok(y.text("p").includes("bye"));
});

for (
  const [what, more, why] of [
    [
      "a missing command",
      { command: ["/no/such/thing"] },
      'cannot run "/no/such/thing": no such file or directory (ENOENT)',
    ],
    [
      "a command that is not on PATH",
      { command: ["no-such-thing"] },
      'cannot run "no-such-thing": no such file or directory (ENOENT)',
    ],
    [
      "a file that is not executable",
      { command: ["/etc/passwd"] },
      'cannot run "/etc/passwd": permission denied (EACCES)',
    ],
    ["a missing directory", { cwd: "/no/such/dir" }, 'cannot enter "/no/such/dir": no such file or directory (ENOENT)'],
    [
      "a directory that is none",
      { cwd: "/etc/passwd" },
      'cannot enter "/etc/passwd": a part of the path is not a directory (ENOTDIR)',
    ],
  ] as const
) {
  test(`${what} fails with its reason, the others go on`, async () => {
    await using y = yard();
    await y.supervisor.apply([shellSpec("bad", "x", more), shellSpec("good", "exec sleep 1000")]);
    const [bad, good] = y.supervisor.list();
    assert.deepEqual([bad?.state, bad?.error], ["failed", why]);
    assert.ok(["starting", "running"].includes(good?.state ?? ""), good?.state);
  });
}

test("a command that disappears fails at its next start", async () => {
  await using y = yard();
  const path = `${y.directory}/tool`;
  await Deno.writeTextFile(path, "#!/bin/sh\nexec sleep 1000\n", { mode: 0o755 });
  await y.supervisor.apply([shellSpec("p", "", { command: [path], stableAfter: 0 })]);
  await until("running", () => only(y.supervisor).state === "running");
  await Deno.remove(path);
  Deno.kill(only(y.supervisor).pid ?? 0, "SIGKILL");
  await until("failed", () => only(y.supervisor).state === "failed");
  assert.ok(only(y.supervisor).error?.includes("ENOENT"));
});

test("a script whose interpreter is missing names the interpreter", async () => {
  await using y = yard();
  const path = `${y.directory}/tool`;
  await Deno.writeTextFile(path, "#!/no/such/interpreter\n", { mode: 0o755 });
  await y.supervisor.apply([shellSpec("p", "", { command: [path] })]);
  assert.equal(only(y.supervisor).error, 'cannot run "/no/such/interpreter": no such file or directory (ENOENT)');
});

test("the next supervisor takes over: same PID, no second copy, no output lost", async () => {
  await using y = yard();
  const script = "i=0; while :; do echo n $i; i=$((i+1)); sleep 0.01; done";
  const pid = await startOne(y, script);
  await until("output", () => y.text("p").includes("n 20"));
  await y.supervisor[Symbol.asyncDispose]();
  y.supervisor = createSupervisor(y.deps);
  const result = await y.supervisor.apply([shellSpec("p", script)]);
  assert.deepEqual([result.adopted, only(y.supervisor).pid, only(y.supervisor).adopted], [["p"], pid, true]);
  const seen = y.text("p").match(/n \d+/g)?.length ?? 0;
  await until("more output", () => (y.text("p").match(/n \d+/g)?.length ?? 0) > seen + 50);
  await y.supervisor.act("stop", "p", "a test");
  assert.equal(isAlive(pid), false);
  const numbers = [...y.text("p").matchAll(/^n (\d+)$/gm)].map((match) => Number(match[1]));
  assert.deepEqual(numbers, numbers.map((_, i) => i));
});

test("the record is a help: without it the program is adopted all the same", async () => {
  await using y = yard();
  const pid = await startOne(y, "exec sleep 1000");
  assert.equal(JSON.parse(readFileSync(`${y.directory}/p/state.json`, "utf8")).pid, pid);
  await y.supervisor[Symbol.asyncDispose]();
  Deno.removeSync(`${y.directory}/p/state.json`);
  y.supervisor = createSupervisor(y.deps);
  await y.supervisor.apply([shellSpec("p", "exec sleep 1000")]);
  assert.equal(only(y.supervisor).pid, pid);
  await y.supervisor.act("stop", "p", "a test");
  assert.equal(existsSync(`${y.directory}/p/state.json`), false);
});

test("a home behind a symbolic link is the same home", async () => {
  await using y = yard();
  const link = `${y.directory}/link`;
  Deno.mkdirSync(`${y.directory}/real`);
  Deno.symlinkSync(`${y.directory}/real`, link);
  const [first, second] = [link, `${y.directory}/real`].map((directory) => createSupervisor({ ...y.deps, directory }));
  await first?.apply([shellSpec("p", "exec sleep 1000")]);
  await first?.[Symbol.asyncDispose]();
  const result = await second?.apply([shellSpec("p", "exec sleep 1000")]);
  assert.deepEqual(result?.adopted, ["p"]);
  await second?.stopAll({ deadlineMs: 3000 });
  await second?.[Symbol.asyncDispose]();
});

test("something else in the place of the FIFO is replaced", async () => {
  await using y = yard();
  Deno.mkdirSync(`${y.directory}/p`);
  Deno.writeTextFileSync(`${y.directory}/p/output.fifo`, "not a FIFO");
  await startOne(y, "echo heard; exec sleep 1000");
  await until("output", () => y.text("p").includes("heard"));
  assert.equal(createFifos().ensure(`${y.directory}/p/output.fifo`), true);
});

test("a torrent arrives whole and in order", async () => {
  await using y = yard();
  await startOne(y, "seq 1 1000000", { restart: "never" });
  await until("its end", () => only(y.supervisor).state === "exited");
  const lines = y.text("p").trimEnd().split("\n");
  assert.equal(lines.length, 1_000_000);
  assert.ok(lines.every((line, i) => line === `${i + 1}`));
});

test("who left the session of a program that crashed is ended when the next life has begun, and nobody else", async () => {
  await using y = yard();
  const child = "setsid sh -c 'echo child $$; exec sleep 1000' &";
  const first = await startOne(y, `${child} sleep 0.3; echo main $$; exec sleep 1000`);
  const children = () => [...y.text("p").matchAll(/^child (\d+)$/gm)].map((match) => Number(match[1]));
  await until("both", () => children().length === 1 && y.text("p").includes("main"));
  systemProcesses.kill(first, "SIGKILL");
  await until("both of the next life", () => children().length === 2 && y.text("p").match(/main/g)?.length === 2);
  const [old = 0, young = 0] = children();
  await until("the end of the one that was left", () => !isAlive(old));
  assert.deepEqual([isAlive(young), isAlive(only(y.supervisor).pid ?? 0)], [true, true]);
});
