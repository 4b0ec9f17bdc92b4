/** The unit that DevTrack's document has, word by word: a self-detaching `start` under Type=simple. */
import assert from "node:assert/strict";
import { until } from "../support/instance.ts";
import { LAB_BINARY, type SystemdLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";

const UNIT = `[Unit]
Description=DevTrack Developer Automation Daemon
After=network.target

[Service]
Type=simple
User=%i
ExecStart=/usr/local/bin/devtrack start
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

/** The user whose service it is, and how systemctl names it. */
const USER = "dana";
const INSTANCE = `devtrack@${USER}.service`;

async function runs(lab: SystemdLab): Promise<void> {
  await lab.user(USER);
  lab.write("/etc/systemd/system/devtrack@.service", UNIT);
  await lab.ok(["ln", "-sf", LAB_BINARY, "/usr/local/bin/devtrack"]);
  await lab.ok(["systemctl", "daemon-reload"]);
  await lab.ok(["systemctl", "start", INSTANCE]);
  try {
    const status = async () => JSON.parse((await lab.run([LAB_BINARY, "status", "--json"], { user: USER })).stdout);
    await until("it is ready", async () => (await status()).state === "ready");
    const { pid } = await status();
    const unit = await lab.show(INSTANCE);
    assert.deepEqual([unit.ActiveState, unit.MainPID, unit.NRestarts], ["active", `${pid}`, "0"]);
    assert.deepEqual(await lab.processesOf(INSTANCE), [pid], "one process, which is the daemon");
    const said = await lab.journal("-u", INSTANCE);
    assert.equal(said.filter((line) => /staying in the foreground, because systemd started us/.test(line)).length, 1);
    await lab.ok(["systemctl", "stop", INSTANCE]);
    const stopped = await lab.show(INSTANCE);
    assert.deepEqual([stopped.ActiveState, stopped.Result, stopped.ExecMainStatus], ["inactive", "success", "0"]);
    assert.ok(!lab.alive(pid));
    assert.equal((await lab.run([LAB_BINARY, "status"], { user: USER })).code, 3);
  } finally {
    await lab.systemctl("stop", INSTANCE);
    await lab.ok([
      "rm",
      "-rf",
      "/etc/systemd/system/devtrack@.service",
      "/usr/local/bin/devtrack",
      `/home/${USER}/.appd`,
    ]);
    await lab.ok(["systemctl", "daemon-reload"]);
  }
}

export const SIMPLE: readonly LabTest[] = [
  { name: "S1's literal unit, Type=simple with start: one daemon, no loop, a clean stop", run: runs },
];
