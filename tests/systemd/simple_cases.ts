/** devtrack under the unit that its document has, word by word: a self-detaching `start` under Type=simple. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { compiled } from "../support/compiled.ts";
import { binaryOf, until } from "../support/instance.ts";
import type { SystemdLab } from "../support/systemd_lab.ts";
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

/** Where the unit has it. */
const DEVTRACK = "/usr/local/bin/devtrack";
/** Milliseconds within which it is back: RestartSec=10, on a busy machine. */
const BACK_MS = 60_000;

async function runs(lab: SystemdLab): Promise<void> {
  await lab.user(USER);
  lab.write("/etc/systemd/system/devtrack@.service", UNIT);
  fs.copyFileSync(binaryOf(await compiled("examples/devtrack/devtrack.ts")), lab.path(DEVTRACK));
  await lab.ok(["systemctl", "daemon-reload"]);
  await lab.ok(["systemctl", "enable", INSTANCE]);
  assert.equal((await lab.systemctl("is-enabled", INSTANCE)).stdout.trim(), "enabled");
  await lab.ok(["systemctl", "start", INSTANCE]);
  try {
    const pid = await ready(lab);
    const unit = await lab.show(INSTANCE);
    assert.deepEqual([unit.ActiveState, unit.MainPID, unit.NRestarts], ["active", `${pid}`, "0"]);
    await until("one process, which is the daemon", async () => `${await lab.processesOf(INSTANCE)}` === `${pid}`);
    const said = await lab.journal("-u", INSTANCE);
    assert.equal(said.filter((line) => /staying in the foreground, because systemd started us/.test(line)).length, 1);
    await lab.ok(["kill", "-KILL", `${pid}`]);
    await isBack(lab, pid);
    await stops(lab);
  } finally {
    await lab.systemctl("disable", "--now", INSTANCE);
    await lab.ok(["rm", "-rf", "/etc/systemd/system/devtrack@.service", DEVTRACK, `/home/${USER}/.devtrack`]);
    await lab.ok(["systemctl", "daemon-reload"]);
  }
}

async function status(lab: SystemdLab): Promise<{ state: string; pid: number; home: string }> {
  return JSON.parse((await lab.run([DEVTRACK, "status", "--json"], { user: USER })).stdout);
}

/** Waits until it is ready. @returns its PID */
async function ready(lab: SystemdLab): Promise<number> {
  await until("it is ready", async () => (await status(lab)).state === "ready");
  const { home, pid } = await status(lab);
  assert.equal(home, `/home/${USER}/.devtrack`);
  return pid;
}

async function isBack(lab: SystemdLab, before: number): Promise<void> {
  await until("it is back", async () => {
    const { state, pid } = await status(lab);
    return state === "ready" && pid !== before;
  }, { limitMs: BACK_MS, pauseMs: 250 });
  assert.equal((await lab.show(INSTANCE)).NRestarts, "1");
}

async function stops(lab: SystemdLab): Promise<void> {
  const { pid } = await status(lab);
  await lab.ok(["systemctl", "stop", INSTANCE]);
  const stopped = await lab.show(INSTANCE);
  assert.deepEqual([stopped.ActiveState, stopped.Result, stopped.ExecMainStatus], ["inactive", "success", "0"]);
  assert.ok(!lab.alive(pid));
  assert.equal((await lab.run([DEVTRACK, "status"], { user: USER })).code, 3);
}

export const SIMPLE: readonly LabTest[] = [
  {
    name:
      "S1 Auto-restart: systemd, S1 Next Steps: service files, S1 Next Steps: auto-start on boot: the document's own unit, Type=simple with start: one daemon, back after a kill, a clean stop",
    run: runs,
  },
];
