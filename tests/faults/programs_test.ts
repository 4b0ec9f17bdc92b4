/** Programs that misbehave (rows 17, 19, 20, 22, 24, 26 of the fault list), with real processes under a supervisor alone. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { SILENT } from "../../src/base/logger.ts";
import { createCompressor } from "../../src/logging/compressor.ts";
import { openRotatingFile } from "../../src/logging/open_rotating_file.ts";
import { createSupervisor, type Supervisor } from "../../src/programs/supervisor.ts";
import { MemoryOutput, realDeps, shellSpec } from "../../src/programs/testing.ts";
import { systemProcesses } from "../../src/system/processes.ts";
import { until } from "../../src/system/until.ts";
import { sized } from "./seed.ts";

interface Yard extends AsyncDisposable {
  readonly directory: string;
  readonly outputs: Map<string, MemoryOutput>;
  readonly supervisor: Supervisor;
}

function yard(): Yard {
  const directory = Deno.makeTempDirSync();
  const outputs = new Map<string, MemoryOutput>();
  const supervisor = createSupervisor(realDeps(directory, outputs));
  return {
    directory,
    outputs,
    supervisor,
    async [Symbol.asyncDispose]() {
      await supervisor.stopAll({ deadlineMs: 3000 });
      await supervisor[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

/** Live processes that carry the mark of a program in `directory`. */
function survivors(directory: string): number[] {
  return systemProcesses.list().filter((one) =>
    one.state !== "Z" &&
    systemProcesses.environment(one.pid).some((entry) => entry.startsWith(`APPD_PROGRAM_ID=${directory}/`))
  ).map((one) => one.pid);
}

const openDescriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
const text = (y: Yard, name: string) => y.outputs.get(name)?.text ?? "";

const HALF = sized(10, 50);

test(`17: ${HALF} that ignore TERM and ${HALF} that are stopped end within the timeout and 2 s`, async () => {
  await using y = yard();
  const deaf = Array.from(
    { length: HALF },
    (_, i) => shellSpec(`deaf${i}`, "trap '' TERM INT; echo up; while :; do sleep 0.2; done", { stopTimeout: 1000 }),
  );
  const frozen = Array.from(
    { length: HALF },
    (_, i) => shellSpec(`frozen${i}`, "trap '' TERM; echo up; while :; do sleep 0.2; done", { stopTimeout: 1000 }),
  );
  await y.supervisor.apply([...deaf, ...frozen]);
  await until("all up", () => y.supervisor.list().every(({ name }) => text(y, name).includes("up")));
  for (const { name, pid } of y.supervisor.list()) if (name.startsWith("frozen")) Deno.kill(pid ?? 0, "SIGSTOP");
  const report = await y.supervisor.stopAll({ deadlineMs: 30_000 });
  assert.ok(report.durationMs < sized(15_000, 3000), `${report.durationMs} ms`);
  assert.equal(report.killed.length, 2 * HALF);
  assert.deepEqual([report.late, report.survivors, survivors(y.directory)], [[], [], []]);
});

const CYCLES = sized(100, 1000);

test(`19: ${CYCLES} exits with a grandchild on the output leak no descriptor and are seen at once`, async () => {
  await using y = yard();
  const spec = shellSpec("p", "sleep 1000 & exit 0", { restart: "never" });
  await y.supervisor.apply([spec]);
  let before = 0;
  for (let i = 0; i < CYCLES; i++) {
    await until("the end", () => y.supervisor.list()[0]?.state === "exited");
    if (i === 2) before = openDescriptors();
    if (i < CYCLES - 1) await y.supervisor.act("start", "p", "a test");
  }
  await until("as many descriptors as before", () => openDescriptors() === before);
  await y.supervisor.act("stop", "p", "a test");
  assert.deepEqual(survivors(y.directory), []);
});

test("20: grandchildren in sessions of their own are ended, however far they went", async () => {
  await using y = yard();
  const far = "setsid sh -c 'setsid sleep 1000 & exec >/dev/null 2>&1; sleep 1000' &";
  await y.supervisor.apply([shellSpec("p", `${far} ${far} (setsid sleep 1000 &); echo up; exec sleep 1000`)]);
  await until("all of them", () => text(y, "p").includes("up") && survivors(y.directory).length >= 8);
  const report = await y.supervisor.stopAll({ deadlineMs: 10_000 });
  assert.deepEqual([report.survivors, survivors(y.directory)], [[], []]);
});

test("22: whatever cannot be executed says why, and the rest lives", async () => {
  await using y = yard();
  await y.supervisor.apply([
    shellSpec("missing", "", { command: ["/no/such"] }),
    shellSpec("plain", "", { command: ["/etc/passwd"] }),
    shellSpec("nowhere", "", { cwd: "/no/such" }),
    shellSpec("nobody", "", { user: "no-such-user" }),
    shellSpec("nogroup", "", { group: "no-such-group" }),
    shellSpec("greedy", "", { limits: { nofile: "unlimited" } }),
    shellSpec("good", "exec sleep 1000"),
  ]);
  const why = /\((E[A-Z]+)\)$|no such (?:user|group)|kernel allows/;
  const states = y.supervisor.list().map((one) => {
    const said = why.exec(one.error ?? "");
    const state = one.state === "running" ? "starting" : one.state; // After a second of life.
    return [one.name, state, said?.[1] ?? said?.[0]];
  });
  assert.deepEqual(states, [
    ["missing", "failed", "ENOENT"],
    ["plain", "failed", "EACCES"],
    ["nowhere", "failed", "ENOENT"],
    ["nobody", "failed", "no such user"],
    ["nogroup", "failed", "no such group"],
    ["greedy", "failed", "kernel allows"],
    ["good", "starting", undefined],
  ]);
});

test("24: 50 MB without a newline arrive byte for byte in little memory", async () => {
  const size = 50_000_000; // In full under the compiled binary.
  const hash = createHash("sha256");
  let bytes = 0;
  const directory = Deno.makeTempDirSync();
  const write = (chunk: Uint8Array) => {
    hash.update(chunk);
    bytes += chunk.length;
  };
  const output = { write, rotate: async () => {}, reopen() {}, close: async () => {}, problem: undefined };
  const supervisor = createSupervisor({ ...realDeps(directory, new Map()), openOutput: () => output });
  const source = `${directory}/source`;
  const block = new Uint8Array(65_536).map((_, i) => (i * 7 + (i >> 8)) % 256).map((byte) => byte === 10 ? 11 : byte);
  const expected = createHash("sha256");
  using file = Deno.openSync(source, { write: true, create: true });
  for (let left = size; left > 0; left -= block.length) {
    const part = block.subarray(0, Math.min(left, block.length));
    file.writeSync(part);
    expected.update(part);
  }
  const before = Deno.memoryUsage().rss;
  await supervisor.apply([shellSpec("p", `exec cat ${source}`, { restart: "never" })]);
  await until("the end", () => supervisor.list()[0]?.state === "exited");
  assert.equal(bytes, size);
  assert.equal(hash.digest("hex"), expected.digest("hex"));
  assert.ok(Deno.memoryUsage().rss - before < 32_000_000);
  await supervisor[Symbol.asyncDispose]();
  await Deno.remove(directory, { recursive: true });
});

const CHILDREN = sized(200, 1000);

test(`26: ${CHILDREN} children that exit at once are all reaped`, async () => {
  await using y = yard();
  const specs = Array.from(
    { length: CHILDREN },
    (_, i) => shellSpec(`p${i}`, "", { command: ["/bin/true"], restart: "never" }),
  );
  await y.supervisor.apply(specs);
  await until("all ends", () => y.supervisor.list().every((one) => one.state === "exited"), 120_000);
  const zombies = () => systemProcesses.list().filter((one) => one.ppid === Deno.pid && one.state === "Z").length;
  await until("no zombies", () => zombies() === 0);
});

test("a rotating log loses nothing of a torrent", async () => {
  const directory = Deno.makeTempDirSync();
  const count = 300_000;
  const deps = realDeps(directory, new Map());
  const policy = { rotateSize: 1_000_000, rotateEvery: 0, maxFiles: 1000, maxAge: 0, maxTotal: 0, compress: false };
  await using compressor = createCompressor(deps);
  const supervisor = createSupervisor({
    ...deps,
    openOutput: (_, path) =>
      openRotatingFile({ path, policy, files: deps.files, clock: deps.clock, compressor, log: SILENT }),
  });
  await supervisor.apply([shellSpec("p", `seq 1 ${count}`, { restart: "never" })]);
  await until("the end", () => supervisor.list()[0]?.state === "exited");
  await supervisor[Symbol.asyncDispose]();
  const files = [...Deno.readDirSync(`${directory}/p`)].map((entry) => entry.name).filter((name) =>
    name.startsWith("output.log")
  );
  const numbers = files.flatMap((name) =>
    Deno.readTextFileSync(`${directory}/p/${name}`).trimEnd().split("\n").map(Number)
  );
  assert.equal(numbers.length, count);
  assert.equal(new Set(numbers).size, count);
  assert.ok(files.length > 1);
  await Deno.remove(directory, { recursive: true });
});
