/** Real programs as another user, with limits and priority. Most of it takes root, and is skipped without. */
import assert from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { systemLaunchHost } from "../system/launch_host.ts";
import { ownPrivileges } from "../system/privileges.ts";
import { systemProcesses } from "../system/processes.ts";
import { runBeside } from "./beside.ts";
import type { Shared } from "./deps.ts";
import { launch } from "./launch.ts";
import type { Exit, ProgramSpec } from "./program_spec.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";
import { MemoryOutput, realDeps, shellSpec } from "./testing.ts";
import { until } from "../system/until.ts";

interface Yard extends AsyncDisposable {
  readonly directory: string;
  readonly supervisor: Supervisor;
  /** Starts the only program and returns its status. */
  start(script: string, more?: Partial<ProgramSpec>): Promise<ReturnType<Supervisor["list"]>[number]>;
  state(): string | undefined;
  text(): string;
}

function yard(): Yard {
  const directory = Deno.makeTempDirSync();
  const outputs = new Map<string, MemoryOutput>();
  const supervisor = createSupervisor(realDeps(directory, outputs));
  return {
    directory,
    supervisor,
    async start(script, more = {}) {
      await supervisor.apply([shellSpec("p", script, { restart: "never", ...more })]);
      return supervisor.list()[0] ?? assert.fail();
    },
    state: () => supervisor.list()[0]?.state,
    text: () => outputs.get("p")?.text ?? "",
    async [Symbol.asyncDispose]() {
      await supervisor.stopAll({ deadlineMs: 3000 });
      await supervisor[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

const isRoot = ownPrivileges().changesUser;
const NOBODY = { user: "65534", group: "65534" } as const;

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

function rootTest(name: string, fn: () => Promise<void>): void {
  const ignore = !isRoot;
  const full = ignore ? `${name} (skipped: only root may change users)` : name;
  Deno.test({ name: full, fn, ignore, sanitizeOps: false, sanitizeResources: false });
}

rootTest("another user's program has its user, its group, no other groups, and the PID that was started", async () => {
  await using y = yard();
  const { pid } = await y.start("grep -E '^(Uid|Gid|Groups)' /proc/self/status; echo pid $$; exec sleep 1000", {
    ...NOBODY,
    restart: "always",
  });
  await until("its words", () => /^pid \d+$/m.test(y.text()));
  const ids = (line: string) => new RegExp(`^${line}:(.*)$`, "m").exec(y.text())?.[1]?.trim().split(/\s+/) ?? [];
  const four = ["65534", "65534", "65534", "65534"];
  assert.deepEqual([ids("Uid"), ids("Gid"), ids("Groups")], [four, four, [""]]);
  assert.match(y.text(), new RegExp(`^pid ${pid}$`, "m"));
  await until("what it has become", () => systemProcesses.commandLine(pid ?? 0).join(" ") === "sleep 1000");
  const stat = systemProcesses.stat(pid ?? 0);
  assert.deepEqual([stat?.sid, stat?.ppid], [pid, Deno.pid]);
});

rootTest("another user's program opens /dev/stdout and /dev/stderr anew, its children too", async () => {
  await using y = yard();
  await y.start("echo a > /dev/stdout; echo b > /dev/stderr; sh -c 'echo c >> /proc/self/fd/2'", NOBODY);
  await until("its end", () => y.state() === "exited");
  assert.equal(y.text(), "a\nb\nc\n");
  const fifo = Deno.statSync(`${y.directory}/p/output.fifo`);
  const directory = Deno.statSync(`${y.directory}/p`);
  assert.deepEqual([fifo.uid, (directory.mode ?? 0) & 0o777, directory.uid], [0, 0o700, 0]);
});

rootTest("the FIFO of another user's program is the same one for the next daemon", async () => {
  await using y = yard();
  const script = "while :; do echo more > /dev/stdout; sleep 0.02; done";
  const { pid } = await y.start(script, NOBODY);
  await until("output", () => y.text().includes("more"));
  await y.supervisor[Symbol.asyncDispose]();
  const outputs = new Map<string, MemoryOutput>();
  const next = createSupervisor(realDeps(y.directory, outputs));
  const result = await next.apply([shellSpec("p", script, { restart: "never", ...NOBODY })]);
  assert.deepEqual([result.adopted, next.list()[0]?.pid], [["p"], pid]);
  await until("output for the next one", () => outputs.get("p")?.text.includes("more"));
  await next.stopAll({ deadlineMs: 3000 });
  await next[Symbol.asyncDispose]();
});

rootTest("limits are set and priority is taken before the user is changed", async () => {
  await using y = yard();
  const own = ownPrivileges();
  const hard = (own.hardLimits.nofile ?? 0) + (own.raisesLimits ? 1 : 0); // A container's root may not raise any.
  await y.start("ulimit -Sn; ulimit -Hn; ulimit -c; nice", {
    ...NOBODY,
    limits: { nofile: `60:${hard}`, core: "0" },
    nice: own.lowestNice,
  });
  await until("its end", () => y.state() === "exited");
  assert.equal(y.text(), `60\n${hard}\n0\n${own.lowestNice}\n`);
});

test("limits and a lower priority need no root", async () => {
  await using y = yard();
  await y.start("ulimit -n; nice", { limits: { nofile: "50" }, nice: 12 });
  await until("its end", () => y.state() === "exited");
  assert.equal(y.text(), "50\n12\n");
});

test("an unknown user and an unknown group fail with words", async () => {
  await using y = yard();
  await y.supervisor.apply([
    shellSpec("user", "", { user: "no-such-user" }),
    shellSpec("group", "", { group: "no-such-group" }),
    shellSpec("good", "exec sleep 1000"),
  ]);
  const said = y.supervisor.list().map((one) => [one.state, one.error]);
  assert.deepEqual(said.slice(0, 2), [
    ["failed", 'cannot find the account: no such user "no-such-user" (see them all: getent passwd)'],
    ["failed", 'cannot find the account: no such group "no-such-group" (see them all: getent group)'],
  ]);
  assert.ok(["starting", "running"].includes(said[2]?.[0] ?? ""));
});

for (
  const [what, more, why] of [
    ["a missing command", { command: ["/no/such"] }, 'cannot run "/no/such": no such file or directory (ENOENT)'],
    [
      "a file that is not executable",
      { command: ["/etc/passwd"] },
      'cannot run "/etc/passwd": permission denied (EACCES)',
    ],
    ["a missing directory", { cwd: "/no/such" }, 'cannot enter "/no/such": no such file or directory (ENOENT)'],
  ] as const
) {
  test(`${what} fails with its reason also behind a tool`, async () => {
    await using y = yard();
    const { state, error } = await y.start("x", { ...more, nice: 15 });
    assert.deepEqual([state, error], ["failed", why]);
  });
}

rootTest("a directory and a command that are closed to the user fail with the part that is", async () => {
  await using y = yard();
  Deno.mkdirSync(`${y.directory}/shut`, { mode: 0o700 });
  const tool = `${y.directory}/shut/tool`;
  Deno.writeTextFileSync(tool, "#!/bin/sh\n", { mode: 0o755 });
  const cases = [["cwd", { cwd: `${y.directory}/shut` }], ["tool", { command: [tool] }]] as const;
  await y.supervisor.apply(cases.map(([name, more]) => shellSpec(name, "", { ...NOBODY, ...more })));
  const why = `as user nobody "${y.directory}": permission denied (EACCES)`;
  assert.deepEqual(y.supervisor.list().map((one) => [one.state, one.error]), [
    ["failed", `cannot enter ${why}`],
    ["failed", `cannot run ${why}`],
  ]);
});

rootTest("an account that is deleted later is missing at the next start, and the daemon lives", async () => {
  await using y = yard();
  let exists = true;
  const deps = realDeps(`${y.directory}/mine`, new Map());
  const account = () => systemLaunchHost.account(exists ? NOBODY : { user: "deleted-meanwhile" });
  const supervisor = createSupervisor({ ...deps, launchHost: { ...systemLaunchHost, account } });
  await supervisor.apply([shellSpec("p", "exec sleep 1000", { user: "deleted-meanwhile" })]);
  const { pid } = supervisor.list()[0] ?? assert.fail();
  exists = false;
  Deno.kill(pid ?? 0, "SIGKILL");
  await until("failed", () => supervisor.list()[0]?.state === "failed");
  assert.match(supervisor.list()[0]?.error ?? "", /no such user "deleted-meanwhile"/);
  await supervisor[Symbol.asyncDispose]();
});

/** What a supervisor shares with its programs, as far as a command beside one needs it. */
function sharedOf(directory: string): Shared {
  return {
    ...realDeps(directory, new Map()),
    random: Math.random,
    bootId: "",
    buffer: new Uint8Array(),
    tell: () => {},
  } as Partial<Shared> as Shared;
}

const code = (exit: Exit) => exit !== "unknown" && "code" in exit ? exit.code : exit;

rootTest("a command beside a program is run as the program is, into the same output", async () => {
  const directory = Deno.makeTempDirSync();
  Deno.mkdirSync(`${directory}/p`, { mode: 0o700 });
  const path = `${directory}/out`;
  const fd = openSync(path, "a");
  const spec = shellSpec("p", "", { ...NOBODY, cwd: "/usr", umask: 0o077, env: { A: "b" } });
  const script = "id -u; id -G; pwd; umask; echo $A $MAINPID $APPD_PROGRAM_ID; exit 3";
  const beside = runBeside(sharedOf(directory), {
    spec,
    command: ["/bin/sh", "-c", script],
    openOutput: () => fd,
    extraEnv: { MAINPID: "77" },
  });
  assert.equal(code(await beside.exited), 3);
  beside.kill(); // Nothing any more.
  assert.equal(Deno.readTextFileSync(path), `65534\n65534\n/usr\n0077\nb 77 ${directory}/p\n`);
  closeSync(fd);
  await Deno.remove(directory, { recursive: true });
});

test("a command beside a program is killed with its group, and is told from one that cannot start", async () => {
  const directory = Deno.makeTempDirSync();
  const shared = sharedOf(directory);
  const spec = shellSpec("p", "");
  const order = { spec, openOutput: () => null };
  const beside = runBeside(shared, { ...order, command: ["/bin/sh", "-c", "sleep 1000 & sleep 1000"] });
  const group = () =>
    systemProcesses.list().filter((one) => one.pgid === beside.pid && one.state !== "Z" && one.sid === beside.pid);
  await until("its child", () => group().length >= 3 || group().some((one) => one.pid !== beside.pid));
  beside.kill();
  assert.deepEqual(await beside.exited, { signal: "SIGKILL" });
  await until("an empty group", () => group().length === 0);
  assert.throws(
    () => runBeside(shared, { ...order, command: ["/no/such"] }),
    /^AppdError: cannot run "\/no\/such": no such file or directory \(ENOENT\)$/,
  );
  await Deno.remove(directory, { recursive: true });
});

test("a launch never throws", async () => {
  const directory = Deno.makeTempDirSync();
  const openOutput = () => {
    throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
  };
  const spec = shellSpec("p", "");
  const event = launch(sharedOf(directory), { spec, generation: 1, openOutput, prepare: () => ({}), onExit() {} });
  assert.equal(event.type === "spawn_failed" && event.trouble.shortage, true);
  await Deno.remove(directory);
});
