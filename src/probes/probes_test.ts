import assert from "node:assert/strict";
import { FakeClock } from "../system/fake_clock.ts";
import type { ProbeSpec } from "../base/probe_spec.ts";
import type { ProbeDeps, RunCommand } from "./probe.ts";
import { openProbes } from "./probes.ts";
import type { Listener } from "./scene.ts";
import { Ear, probeSpec, realDeps } from "./testing.ts";

const EXEC = { kind: "exec", command: ["./check.sh", "--password=secret"] } as const;
const SPEC = { period: 1000, timeout: 500, failureThreshold: 3 };

function bench(spec: { ready?: ProbeSpec; live?: ProbeSpec }, run: RunCommand = () => Promise.resolve({ code: 0 })) {
  const clock = new FakeClock();
  const ear = new Ear();
  const deps: ProbeDeps = realDeps({ clock, run });
  const open = (listener: Listener = ear) =>
    openProbes(deps, { spec: { name: "web", ...spec }, directory: "/nowhere" }, listener);
  return { clock, ear, open };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

Deno.test("exec: code 0 is good; codes and signals are told, and only the first word of the command", async () => {
  const exits = [{ code: 2 }, { signal: "SIGSEGV" }, { code: 0 }];
  const t = bench({ ready: probeSpec(EXEC, SPEC) }, () => Promise.resolve(exits.shift() ?? { code: 0 }));
  using probes = t.open();
  probes.begin({ generation: 1 });
  for (let i = 0; i < 4; i++) {
    t.clock.advance(i === 0 ? 0 : 1000);
    await settle();
  }
  assert.deepEqual(t.ear.ready, [
    { generation: 1, ok: false, why: "exec ./check.sh: exit code 2" },
    { generation: 1, ok: false, why: "exec ./check.sh: killed by SIGSEGV" },
    { generation: 1, ok: true, why: "exec ./check.sh: exit code 0" },
  ]);
});

Deno.test("a late answer of an earlier life is never told", async () => {
  const answers: ((exit: { code: number }) => void)[] = [];
  const signals: AbortSignal[] = [];
  const run: RunCommand = (_, signal) => {
    signals.push(signal);
    return new Promise((resolve) => answers.push(resolve));
  };
  const t = bench({ ready: probeSpec(EXEC, SPEC) }, run);
  using probes = t.open();
  probes.begin({ generation: 1 });
  t.clock.advance(0);
  probes.begin({ generation: 2 });
  assert.equal(signals[0]?.aborted, true);
  answers[0]?.({ code: 0 });
  await settle();
  assert.deepEqual(t.ear.ready, []);
  t.clock.advance(0);
  answers[1]?.({ code: 0 });
  await settle();
  assert.deepEqual(t.ear.ready.map(({ generation, ok }) => [generation, ok]), [[2, true]]);
});

Deno.test("delay: good once the life is old enough, anew in each life", () => {
  const t = bench({ ready: probeSpec({ kind: "delay", ms: 3000 }) });
  using probes = t.open();
  probes.begin({ generation: 1 });
  t.clock.advance(2999);
  assert.deepEqual(t.ear.ready, []);
  probes.begin({ generation: 2 });
  t.clock.advance(2999);
  assert.deepEqual(t.ear.ready, []);
  t.clock.advance(1);
  assert.deepEqual(t.ear.ready, [{ generation: 2, ok: true, why: "alive for 3s" }]);
});

Deno.test("liveness is not asked before it is watched, and once for all in a life", async () => {
  let runs = 0;
  const run: RunCommand = () => Promise.resolve({ code: runs++ < 1 ? 0 : 1 });
  const t = bench({ live: probeSpec(EXEC, SPEC) }, run);
  using probes = t.open();
  probes.watch();
  probes.begin({ generation: 1 });
  t.clock.advance(5000);
  assert.equal(runs, 0);
  probes.watch();
  probes.watch();
  for (let i = 0; i < 5; i++) {
    t.clock.advance(i === 0 ? 0 : 1000);
    await settle();
  }
  assert.equal(runs, 5);
  assert.deepEqual(t.ear.live.map(({ ok }) => ok), [true, false]);
  assert.deepEqual(t.ear.ready, []);
});

Deno.test("who ends the life within a verdict hears nothing more, and no timer is left", async () => {
  const t = bench(
    { ready: probeSpec(EXEC, SPEC), live: probeSpec(EXEC, { ...SPEC, failureThreshold: 1 }) },
    () => Promise.resolve({ code: 1 }),
  );
  const heard: string[] = [];
  const probes = t.open({
    onReady: ({ why }) => heard.push(`ready ${why}`),
    onLive({ why }) {
      heard.push(`live ${why}`);
      probes.end();
    },
    onNote: () => {},
  });
  probes.begin({ generation: 1 });
  probes.watch();
  t.clock.advance(0);
  await settle();
  t.clock.advance(60_000);
  await settle();
  assert.deepEqual(heard, ["ready exec ./check.sh: exit code 1", "live exec ./check.sh: exit code 1"]);
  assert.equal(t.clock.pending, 0);
});

Deno.test("end and dispose may come twice and in any order, also without a life", () => {
  const t = bench({ ready: probeSpec(EXEC, SPEC), live: probeSpec({ kind: "delay", ms: 5 }) });
  const probes = t.open();
  probes.end();
  probes.begin({ generation: 1 });
  probes.watch();
  probes.end();
  probes.end();
  probes.watch();
  probes[Symbol.dispose]();
  probes[Symbol.dispose]();
  assert.equal(t.clock.pending, 0);
});

Deno.test("output is wanted by a log probe only", () => {
  using exec = bench({ ready: probeSpec(EXEC) }).open();
  assert.equal(exec.output, undefined);
  const t = bench({ ready: probeSpec({ kind: "log", pattern: "listening on \\d+" }) });
  using probes = t.open();
  probes.begin({ generation: 5 });
  probes.output?.(new TextEncoder().encode("listening "));
  probes.output?.(new TextEncoder().encode("on 80\n"));
  assert.deepEqual(t.ear.ready, [{ generation: 5, ok: true, why: 'its log says "listening on 80"' }]);
});
