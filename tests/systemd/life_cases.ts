/** A daemon as a notify unit: its start, its reload, its stop, and its ends that nobody asked for. */
import assert from "node:assert/strict";
import { program, until } from "../support/instance.ts";
import type { SystemdLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";
import { assertCounted, LabService } from "./lab_service.ts";

const SLEEPER = program("sleeper", "exec sleep 100000");

async function startsWhenReady(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "ready", {
    config: program("teller", "env; echo all of it; exec sleep 100000"),
  });
  await service.start();
  const status = await service.status(); // At once: it serves when systemctl comes back.
  assert.equal(status.state, "ready");
  assert.equal(await service.mainPid(), status.pid);
  assert.equal((await service.appd("health")).code, 0);
  await service.running("teller");
  await until("its status", async () => (await service.show()).StatusText === "ready: 1 program");
  assert.match((await lab.systemctl("status", service.unit)).stdout, /Status: "ready: 1 program"/);
  const environment = await until("its environment", () => {
    const text = lab.read(`${service.home}/programs/teller/output.log`);
    return text.includes("all of it\n") ? text : undefined;
  });
  assert.doesNotMatch(environment, /NOTIFY_SOCKET|WATCHDOG|INVOCATION_ID|JOURNAL_STREAM/);
}

async function reloads(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "reload", { config: SLEEPER });
  await service.start();
  const [daemon, sleeper] = [await service.mainPid(), await service.running("sleeper")];
  service.write(SLEEPER + program("second", "exec sleep 100000"));
  assert.equal((await lab.systemctl("reload", service.unit)).code, 0);
  await service.running("second");

  service.write(SLEEPER + `[daemon]\nshutdown_timeout = "never"\n`);
  const bad = await lab.systemctl("reload", service.unit);
  assert.notEqual(bad.code, 0, "a reload that was refused is a failure");
  assert.match((await service.journal()).join("\n"), /shutdown_timeout/);
  assert.deepEqual([await service.mainPid(), await service.running("sleeper")], [daemon, sleeper]);
  await service.running("second"); // The old configuration stays live.
  await lab.waitFor(service.unit, "active");
}

async function reloadsBySignal(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "hup", { config: SLEEPER });
  await service.start();
  const sleeper = await service.running("sleeper");
  service.write(SLEEPER + program("second", "exec sleep 100000"));
  await service.kill("HUP");
  await service.running("second");
  const unit = await until("active again", async () => {
    const now = await service.show();
    return now.ActiveState === "active" ? now : undefined;
  });
  assert.deepEqual([unit.NRestarts, await service.running("sleeper")], ["0", sleeper]);
}

async function drains(lab: SystemdLab): Promise<void> {
  const slow = "touch begun; while [ ! -e go ]; do sleep 0.05; done; touch done";
  await using service = await LabService.install(lab, "drain", {
    config: `[[job]]\nname = "slow"\ncommand = ["/bin/sh", "-c", ${JSON.stringify(slow)}]\nevery = "1d"\n` +
      program("polite", "trap 'touch asked; exit 0' TERM; while :; do sleep 0.05; done"),
  });
  await service.start();
  await service.running("polite");
  assert.equal((await service.appd("jobs", "run", "slow")).code, 0);
  await until("the job began", () => lab.exists(`${service.home}/begun`));
  const stop = service.lab.systemctl("stop", service.unit);
  await until("it says that it stops", async () => (await service.show()).ActiveState === "deactivating");
  lab.write(`${service.home}/go`, "");
  assert.equal((await stop).code, 0);
  assert.ok(lab.exists(`${service.home}/done`), "the job ended by itself");
  assert.ok(lab.exists(`${service.home}/asked`), "the program was asked to end");
  assert.equal((await service.show()).Result, "success");
  await service.start();
  assert.equal((await service.status()).jobs[0].last.outcome, "ok");
}

async function leavesNoProcess(lab: SystemdLab): Promise<void> {
  const stubborn = `trap '' TERM; echo $$ >>pids; while :; do sleep 1; done`;
  await using service = await LabService.install(lab, "rest", {
    config: program(
      "family",
      `setsid sh -c "${stubborn.replaceAll("$", "\\$")}" & ${stubborn}`,
      `stop_timeout = "500ms"`,
    ),
  });
  await service.start();
  const pids = await until("two of them", () => {
    const lines = lab.read(`${service.home}/pids`).trim().split("\n").map(Number);
    return lines.length === 2 ? lines : undefined;
  });
  const before = await service.show();
  assert.equal((await lab.systemctl("stop", service.unit)).code, 0);
  assert.deepEqual(pids.filter((pid) => lab.alive(pid)), []);
  const group = `/sys/fs/cgroup/systemd${before.ControlGroup}`;
  assert.ok(!lab.exists(group) || lab.read(`${group}/cgroup.procs`) === "", "nothing is left in its cgroup");
}

async function comesBack(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "crash", { config: SLEEPER });
  await service.start();
  const [daemon, sleeper] = [await service.mainPid(), await service.running("sleeper")];
  await service.kill("KILL");
  await service.restarted(daemon);
  assert.ok(!lab.alive(sleeper), "KillMode=mixed ends the programs with it");
  assert.notEqual(await service.running("sleeper"), sleeper);
  assert.equal((await service.show()).NRestarts, "1");
}

async function adopts(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "adopt", {
    keepPrograms: true,
    config: program("counter", "i=0; while :; do echo $((i += 1)); sleep 0.02; done") + SLEEPER,
  });
  await service.start();
  const pids = async () => [await service.running("counter"), await service.running("sleeper")];
  const [daemon, before] = [await service.mainPid(), await pids()];
  for (let crash = 1, last = daemon; crash <= 2; crash++) {
    await service.kill("KILL");
    last = await service.restarted(last);
    assert.deepEqual(await pids(), before, "adopted, not started again");
    assert.equal((await service.show()).NRestarts, `${crash}`);
  }
  await service.running("counter");
  assert.equal((await lab.systemctl("stop", service.unit)).code, 0);
  assert.deepEqual(before.filter((pid) => lab.alive(pid)), []);
  assertCounted(lab.read(`${service.home}/programs/counter/output.log`));
}

async function watchdog(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "watchdog", {
    keepPrograms: true,
    config: SLEEPER,
    service: "WatchdogSec=4s\nTimeoutAbortSec=1s", // In less than 4 s a busy machine may not let it turn.
  });
  await service.start();
  const [daemon, sleeper] = [await service.mainPid(), await service.running("sleeper")];
  const { WatchdogTimestampMonotonic: first } = await service.show();
  await until("it says that it is well", async () => (await service.show()).WatchdogTimestampMonotonic !== first);
  await service.kill("STOP");
  await service.restarted(daemon);
  assert.match((await lab.journal("-u", service.unit)).join("\n"), /Watchdog timeout/);
  assert.equal(await service.running("sleeper"), sleeper);
}

export const LIFE: readonly LabTest[] = [
  { name: "start comes back when the daemon serves, and its status says how it is", run: startsWhenReady },
  { name: "reload: a good one is applied, a bad one fails and the old configuration stays live", run: reloads },
  { name: "reload by SIGHUP: the unit is active again", run: reloadsBySignal },
  { name: "stop waits for a job that drains", run: drains },
  {
    name: "stop leaves no process of the unit, not one that left the session and is deaf to TERM",
    run: leavesNoProcess,
  },
  { name: "kill -9 of the daemon: systemd starts another, KillMode=mixed has ended the programs", run: comesBack },
  {
    name: "kill -9 of the daemon with KillMode=process: the programs keep their PIDs, their logs each line once",
    run: adopts,
  },
  { name: "a daemon that hangs is restarted by the watchdog", run: watchdog },
];
