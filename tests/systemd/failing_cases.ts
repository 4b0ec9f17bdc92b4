/** Starts that fail, and programs that want too much. */
import assert from "node:assert/strict";
import { program, until } from "../support/instance.ts";
import { onlyShortage } from "../support/only_shortage.ts";
import type { SystemdLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";
import { LabService } from "./lab_service.ts";

async function badConfig(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "wrong");
  service.write("[server]\nport = 70000\n");
  assert.notEqual((await lab.systemctl("start", service.unit)).code, 0);
  const unit = await lab.waitFor(service.unit, "failed");
  assert.deepEqual([unit.Result, unit.ExecMainStatus, unit.NRestarts], ["exit-code", "78", "0"]);
  assert.match((await lab.systemctl("status", service.unit)).stdout, /status=78\/CONFIG/);
  assert.match((await service.journal("-p", "err")).join("\n"), /appd: cannot .*config\.toml.*port is 70000/);
  service.write("");
  await lab.systemctl("reset-failed", service.unit);
  await service.start();
}

async function portTaken(lab: SystemdLab): Promise<void> {
  const config = "[server]\nport = 8321\n";
  await using first = await LabService.install(lab, "first", { config });
  await using second = await LabService.install(lab, "second", { config, service: "Restart=no" });
  await first.start();
  assert.notEqual((await lab.systemctl("start", second.unit)).code, 0);
  const unit = await lab.waitFor(second.unit, "failed");
  assert.equal(unit.ExecMainStatus, "69");
  assert.match((await second.journal()).join("\n"), /8321/);
  assert.equal((await first.show()).ActiveState, "active");
}

async function secondDaemon(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "twice", { service: "Restart=no" });
  assert.equal((await service.appd("start")).code, 0); // By hand, outside the unit.
  try {
    assert.notEqual((await lab.systemctl("start", service.unit)).code, 0);
    assert.equal((await lab.waitFor(service.unit, "failed")).ExecMainStatus, "75");
  } finally {
    await service.appd("stop");
  }
}

async function memoryMax(lab: SystemdLab): Promise<void> {
  using _alone = await onlyShortage();
  await using service = await LabService.install(lab, "greedy", {
    config: program("modest", "exec sleep 100000") + program("greedy", "sleep 0.5; exec tail /dev/zero"),
    service: "MemoryMax=400M\nMemorySwapMax=0\nOOMPolicy=continue",
  });
  await service.start();
  const [daemon, modest] = [await service.mainPid(), await service.running("modest")];
  await until("its end, and why", async () => {
    // deno-lint-ignore no-explicit-any -- the shape under test
    return (await service.status()).programs.find((one: any) =>
      one.name === "greedy" && one.exit?.signal === "SIGKILL" && /out of memory/.test(one.error ?? "")
    );
  }, 60_000);
  assert.deepEqual([await service.mainPid(), await service.running("modest")], [daemon, modest]);
}

export const FAILING: readonly LabTest[] = [
  { name: "a bad configuration: failed with 78, not tried again, and what is wrong is in the journal", run: badConfig },
  { name: "a port that is taken: 69", run: portTaken },
  { name: "a daemon that was started by hand: the unit fails with 75 and leaves it alone", run: secondDaemon },
  { name: "MemoryMax: a program that takes too much ends alone, and the daemon knows why", run: memoryMax },
];
