import assert from "node:assert/strict";
import { dirname } from "node:path";
import { systemClock } from "./clock.ts";
import { FakeClock } from "./fake_clock.ts";
import { systemFiles } from "./files.ts";
import { createOomWitness } from "./out_of_memory.ts";

/** A root directory of its own with files under /proc and /sys. */
function host(files: Record<string, string>) {
  const root = Deno.makeTempDirSync();
  const clock = new FakeClock();
  const write = (path: string, text: string) => {
    Deno.mkdirSync(dirname(`${root}/${path}`), { recursive: true });
    Deno.writeTextFileSync(`${root}/${path}`, text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const witness = createOomWitness({ files: systemFiles, clock, root });
  return { root, clock, write, witness, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

const count = (n: number) => `low 0\noom 9\noom_kill ${n}\noom_group_kill 0\n`;
const V2 = { "proc/self/cgroup": "0::/system.slice/appd.service\n", "proc/vmstat": count(100) };
const V1 = { "proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/docker/x\n0::/\n" };

for (
  const [what, files, path] of [
    ["the own cgroup", V2, "sys/fs/cgroup/system.slice/appd.service/memory.events"],
    ["the own cgroup, seen from inside a container", V2, "sys/fs/cgroup/memory.events"],
    ["the whole host", V1, "proc/vmstat"],
    ["a cgroup of version 1", V1, "sys/fs/cgroup/memory/docker/x/memory.oom_control"],
    ["a cgroup of version 1, seen from inside a container", V1, "sys/fs/cgroup/memory/memory.oom_control"],
  ] as const
) {
  Deno.test(`out of memory: told by the counter of ${what}`, () => {
    using t = host({ ...files, [path]: count(3) });
    assert.equal(t.witness.hasKilled(), false);
    t.write(path, count(4));
    assert.deepEqual([t.witness.hasKilled(), t.witness.hasKilled()], [true, false]);
  });
}

Deno.test("out of memory: what happens elsewhere on the host is not ours when our cgroup tells", () => {
  using t = host({ ...V2, "sys/fs/cgroup/system.slice/appd.service/memory.events": count(0) });
  t.write("proc/vmstat", count(101));
  assert.equal(t.witness.hasKilled(), false);
});

Deno.test("out of memory: two that died of one shortage get an answer each, a third does not", () => {
  using t = host({ "proc/vmstat": count(0) });
  t.write("proc/vmstat", count(2));
  assert.deepEqual([t.witness.hasKilled(), t.witness.hasKilled(), t.witness.hasKilled()], [true, true, false]);
});

Deno.test("out of memory: a kill that was seen long ago explains nothing", () => {
  using t = host({ "proc/vmstat": count(0) });
  t.write("proc/vmstat", count(1));
  t.witness.refresh();
  t.clock.advance(5_000);
  t.witness.refresh();
  t.clock.advance(6_000);
  assert.equal(t.witness.hasKilled(), false);
});

Deno.test("out of memory: a host without counters, and one that loses them, says no", () => {
  using none = host({});
  assert.equal(none.witness.hasKilled(), false);
  using lost = host({ "proc/vmstat": count(5) });
  lost.write("proc/vmstat", "nr_free_pages 1\n");
  assert.equal(lost.witness.hasKilled(), false);
  lost.write("proc/vmstat", count(6));
  assert.equal(lost.witness.hasKilled(), true);
});

/** Both versions of cgroups: where one is made, its limit, and its line in /proc/PID/cgroup. */
const VERSIONS = [
  { mount: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", line: "4:memory:" },
  { mount: "/sys/fs/cgroup", limit: "memory.max", line: "0::" },
] as const;

const NAME = `appd-test-${Deno.pid}`;

/** Whether a cgroup beside all others, of 16 MiB, can be made; `work` is done while it is there. */
function withSmallCgroup<T>({ mount, limit }: typeof VERSIONS[number], work: (path: string) => T): T | undefined {
  const path = `${mount}/${NAME}`;
  try {
    Deno.mkdirSync(path);
  } catch {
    return undefined; // Another version, or not allowed.
  }
  try {
    Deno.writeTextFileSync(`${path}/${limit}`, `${16 << 20}`);
    return work(path);
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return undefined; // A plain directory, or a host where the controller is not on.
  } finally {
    Deno.removeSync(path);
  }
}

const version = VERSIONS.find((one) => withSmallCgroup(one, () => true));
Deno.test({
  name: `out of memory: a real kill is seen${version ? "" : " (skipped: no cgroup with a limit can be made here)"}`,
  ignore: version === undefined,
  fn() {
    const { line } = version ?? assert.fail();
    using t = host({ "proc/self/cgroup": `${line}/${NAME}\n` });
    Deno.symlinkSync("/sys", `${t.root}/sys`);
    const seen = withSmallCgroup(version ?? assert.fail(), (path) => {
      const inside = createOomWitness({ files: systemFiles, clock: systemClock, root: t.root });
      const whole = createOomWitness({ files: systemFiles, clock: systemClock });
      assert.equal(inside.hasKilled(), false);
      // tail(1) keeps the last line, and that of /dev/zero never ends.
      const script = `echo $$ > ${path}/cgroup.procs && exec tail /dev/zero`;
      const { signal } = new Deno.Command("/bin/sh", { args: ["-c", script] }).outputSync();
      assert.equal(signal, "SIGKILL");
      assert.deepEqual([inside.hasKilled(), inside.hasKilled()], [true, false]);
      // The cgroup of version 2 is not below ours, and what happens there is not ours.
      if (line !== "0::") assert.equal(whole.hasKilled(), true);
      return true;
    });
    assert.equal(seen, true);
  },
});
