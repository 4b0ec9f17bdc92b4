import assert from "node:assert/strict";
import fs from "node:fs";
import { monotonicMicroseconds, type MonotonicSources } from "./monotonic.ts";

/** CLOCK_MONOTONIC in microseconds as another program reads it; undefined where there is none that can. */
function witness(): bigint | undefined {
  const asked: readonly (readonly [string, readonly string[]])[] = [
    ["python3", ["-c", "import time; print(time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)"]],
    ["perl", [
      "-MTime::HiRes=clock_gettime,CLOCK_MONOTONIC",
      "-e",
      "printf '%d', 1e6 * clock_gettime(CLOCK_MONOTONIC)",
    ]],
  ];
  for (const [command, args] of asked) {
    try {
      const { success, stdout } = new Deno.Command(command, { args: [...args], stderr: "null" }).outputSync();
      if (success) return BigInt(new TextDecoder().decode(stdout).trim());
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

/** The machine's own files, some of which cannot be read. */
function without(...hidden: readonly string[]): MonotonicSources {
  return {
    head: (path) => hidden.includes(path) ? undefined : fs.readFileSync(path, "utf8").slice(0, 256),
    uptimeSeconds: () => Deno.osUptime(),
  };
}

/** Whether CLOCK_BOOTTIME is CLOCK_MONOTONIC here: the machine has not slept. */
function neverSlept(): boolean {
  const boot = BigInt(fs.readFileSync("/proc/uptime", "utf8").split(" ")[0]?.replace(".", "") ?? 0) * 10_000n;
  const other = witness();
  return other !== undefined && other - boot < 2_000_000n && boot - other < 2_000_000n;
}

Deno.test({
  name: "it is the clock that others read: what they read between two readings of ours lies between them",
  ignore: Deno.build.os !== "linux" || !neverSlept(),
  fn() {
    for (const sources of [undefined, without("/proc/timer_list")]) {
      const [before, other, after] = [monotonicMicroseconds(sources), witness(), monotonicMicroseconds(sources)];
      assert.ok(other !== undefined && before <= other && other <= after, `${before} ${other} ${after}`);
    }
  },
});

Deno.test({
  name: "a reading of hundredths is taken when they change, and never behind",
  ignore: Deno.build.os !== "linux" || !neverSlept(),
  fn() {
    const coarse = without("/proc/timer_list");
    let last = 0n;
    for (let i = 0; i < 20; i++) {
      const now = monotonicMicroseconds(coarse);
      assert.ok(now > last && now % 10_000n === 0n, `${last} ${now}`);
      last = now;
    }
  },
});

Deno.test({
  name: "without both files it is ahead by a second at most",
  ignore: Deno.build.os !== "linux" || !neverSlept(),
  fn() {
    const blind = without("/proc/timer_list", "/proc/uptime");
    const [before, now] = [monotonicMicroseconds(), monotonicMicroseconds(blind)];
    assert.ok(now >= before && now - before < 1_100_000n, `${before} ${now}`);
  },
});

Deno.test("the offset of a time namespace is added", () => {
  const files: Record<string, string> = {
    "/proc/timer_list":
      "Timer List Version: v0.10\nHRTIMER_MAX_CLOCK_BASES: 8\nnow at 26175400762787 nsecs\n\ncpu: 0\n",
    "/proc/self/timens_offsets": "monotonic        1000         500000\nboottime         1000         0\n",
  };
  const reading = (offsets?: string) =>
    monotonicMicroseconds({
      head: (path) => path === "/proc/self/timens_offsets" && offsets !== undefined ? offsets : files[path],
      uptimeSeconds: () => 0,
    });
  assert.equal(reading(), 27_175_401_262n);
  assert.equal(reading("monotonic -1 999999999\nboottime 0 0\n"), 26_175_400_762n);
});

Deno.test("a clock of hundredths that does not move is taken for the next one", () => {
  const still = {
    head: (path: string) => path === "/proc/uptime" ? "12.34 9.00\n" : undefined,
    uptimeSeconds: () => 0,
  };
  assert.equal(monotonicMicroseconds(still), 12_350_000n);
});
