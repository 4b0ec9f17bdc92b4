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

async function service(lab: SystemdLab): Promise<void> {
  await lab.user(USER);
  fs.copyFileSync(binaryOf(await compiled("examples/cco/cco.ts")), lab.path(CCO)); // Its mode is copied, too.
  const cco = (...words: string[]) => lab.ok([CCO, "daemon", ...words], { user: USER });
  const state = async () => (await lab.show(UNIT, USER)).ActiveState;

  await cco("install", "--now");
  assert.match(lab.read(UNIT_FILE), /^ExecStart=\/usr\/local\/bin\/cco .*\brun$/m);
  assert.deepEqual([await state(), (await lab.userctl(USER, "is-enabled", UNIT)).stdout.trim()], ["active", "enabled"]);
  const status = async () => JSON.parse(await cco("status", "--json"));
  const { pid, service } = await status();
  assert.deepEqual([(await lab.show(UNIT, USER)).MainPID, service.unit], [`${pid}`, UNIT]);

  await lab.ok(["kill", "-9", `${pid}`]);
  await until(
    "systemd has started another one",
    async () => (await state()) === "active" && (await status()).pid !== pid,
  );

  await cco("disable", "--now");
  assert.deepEqual([await state(), (await lab.userctl(USER, "is-enabled", UNIT)).stdout.trim()], [
    "inactive",
    "disabled",
  ]);
  await cco("enable");
  assert.equal((await lab.userctl(USER, "is-enabled", UNIT)).stdout.trim(), "enabled");
  await cco("start");
  assert.equal(await state(), "active");
  await cco("uninstall");
  assert.equal(lab.exists(UNIT_FILE), false);

  lab.write(`/home/${USER}/.cco/config.toml`, "auto_start = false\n");
  await lab.ok(["chown", "-R", `${USER}:`, `/home/${USER}/.cco`]);
  await cco("install");
  assert.equal((await lab.userctl(USER, "is-enabled", UNIT)).stdout.trim(), "disabled");
  await cco("uninstall");
  await lab.ok(["rm", "-rf", CCO, `/home/${USER}/.cco`]);
}

export const CCO_CASES: readonly LabTest[] = [{
  name:
    "S2 Linux systemd, S2 cco daemon install, S2 cco daemon uninstall, S2 cco daemon enable, S2 cco daemon disable, S2 Install as Service, S2 Uninstall Service, S2 Enable/Disable Service, S2 auto_start, S2 Automatic Restart: a user's service from install to uninstall, as cco-daemon.service",
  ...(fs.existsSync(binaryOf("cco")) ? {} : { missing: "dist/cco: scripts/compile.sh examples/cco/cco.ts" }),
  run: service,
}];
