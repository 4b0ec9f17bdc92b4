/** cco, an app made with the kit, as a service of a user: under its own unit. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { compiled } from "../support/compiled.ts";
import { binaryOf, until } from "../support/instance.ts";
import type { SystemdLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";

const USER = "nora";
const CCO = "/usr/local/bin/cco";
const UNIT = "cco-daemon.service";
const UNIT_FILE = `/home/${USER}/.config/systemd/user/${UNIT}`;

/** What makes it start with the user's session: the link of `WantedBy=default.target`. */
const BOOT_LINK = `/home/${USER}/.config/systemd/user/default.target.wants/${UNIT}`;
/** What has user services outlive the session, loginctl(1). */
const LINGER = `/var/lib/systemd/linger/${USER}`;

async function service(lab: SystemdLab): Promise<void> {
  await lab.user(USER);
  fs.copyFileSync(binaryOf(await compiled("examples/cco/cco.ts")), lab.path(CCO)); // Its mode is copied, too.
  try {
    await installed(lab);
    await crashed(lab);
    await enabledAndNot(lab);
    await uninstalled(lab);
    await notAtBoot(lab);
  } finally {
    await cco(lab, "uninstall");
    await lab.ok(["rm", "-rf", CCO, `/home/${USER}/.cco`]);
  }
}

/** `cco daemon …` of the user, which must succeed. */
const cco = (lab: SystemdLab, ...words: string[]) => lab.ok([CCO, "daemon", ...words], { user: USER });
const codeOf = async (lab: SystemdLab, ...words: string[]) =>
  (await lab.run([CCO, "daemon", ...words], { user: USER })).code;
const shown = (lab: SystemdLab) => lab.show(UNIT, USER);
const state = async (lab: SystemdLab) => (await shown(lab)).ActiveState;
const enabled = async (lab: SystemdLab) => (await lab.userctl(USER, "is-enabled", UNIT)).stdout.trim();
const status = async (lab: SystemdLab) => JSON.parse(await cco(lab, "status", "--json"));
/** A link of the lab may lead nowhere when it is seen from outside. */
const isThere = async (lab: SystemdLab, path: string) => (await lab.run(["test", "-L", path])).code === 0;

async function installed(lab: SystemdLab): Promise<void> {
  assert.equal(await codeOf(lab, "is-installed"), 1);
  await cco(lab, "install", "--now");
  assert.equal(await codeOf(lab, "is-installed"), 0);
  assert.match(lab.read(UNIT_FILE), /^ExecStart=\/usr\/local\/bin\/cco .*\brun$/m);
  assert.deepEqual([await state(lab), await enabled(lab), await isThere(lab, BOOT_LINK)], ["active", "enabled", true]);
  assert.ok(lab.exists(LINGER), "it outlives the session of the user");
  const { pid, service } = await status(lab);
  const { MainPID, Restart, RestartUSec, WantedBy } = await shown(lab);
  assert.deepEqual([MainPID, service.unit], [`${pid}`, UNIT]);
  assert.deepEqual([Restart, RestartUSec, WantedBy], ["on-failure", "10s", "default.target"]);
  const said = await lab.journal(`_SYSTEMD_USER_UNIT=${UNIT}`);
  assert.ok(said.some((line) => /cco is ready/.test(line)), "its output is in the journal");
}

async function crashed(lab: SystemdLab): Promise<void> {
  await lab.ok([CCO, "config", "set", "daemon.restart_delay", "500ms"], { user: USER });
  await cco(lab, "install");
  assert.equal((await shown(lab)).RestartUSec, "500ms");
  const { pid } = await status(lab);
  await lab.ok(["kill", "-9", `${pid}`]);
  await until("systemd has started another one", async () => {
    return await state(lab) === "active" && (await status(lab)).pid !== pid;
  }, 30_000);
}

async function enabledAndNot(lab: SystemdLab): Promise<void> {
  await cco(lab, "disable", "--now");
  assert.deepEqual([await state(lab), await enabled(lab), await isThere(lab, BOOT_LINK)], [
    "inactive",
    "disabled",
    false,
  ]);
  assert.equal(await codeOf(lab, "is-installed"), 0, "disabled is not uninstalled");
  await cco(lab, "enable");
  assert.deepEqual([await state(lab), await enabled(lab), await isThere(lab, BOOT_LINK)], [
    "inactive",
    "enabled",
    true,
  ]);
  await cco(lab, "start");
  assert.equal(await state(lab), "active");
}

async function uninstalled(lab: SystemdLab): Promise<void> {
  const { pid } = await status(lab);
  await cco(lab, "uninstall");
  assert.deepEqual([lab.exists(UNIT_FILE), await isThere(lab, BOOT_LINK), lab.exists(LINGER)], [false, false, false]);
  assert.deepEqual([lab.alive(pid), await codeOf(lab, "is-installed")], [false, 1]);
  assert.ok(lab.exists(`/home/${USER}/.cco/config.toml`), "configuration and data stay");
}

/** auto_start: what is installed is not started at boot, until somebody says so. */
async function notAtBoot(lab: SystemdLab): Promise<void> {
  await lab.ok([CCO, "config", "set", "auto_start", "false"], { user: USER });
  await cco(lab, "install");
  assert.deepEqual([await codeOf(lab, "is-installed"), await enabled(lab)], [0, "disabled"]);
  await cco(lab, "enable");
  assert.equal(await enabled(lab), "enabled");
}

export const CCO_CASES: readonly LabTest[] = [{
  name:
    "S2 Linux systemd, S2 cco daemon install, S2 cco daemon uninstall, S2 cco daemon enable, S2 cco daemon disable, S2 Install as Service, S2 Uninstall Service, S2 Enable/Disable Service, S2 auto_start, S2 Automatic Restart, S2 Service Manager Trait: a user's service from install to uninstall, as cco-daemon.service",
  ...(fs.existsSync(binaryOf("cco")) ? {} : { missing: "dist/cco: scripts/compile.sh examples/cco/cco.ts" }),
  run: service,
}];
