/** A mode of an app as a service of a real systemd. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { compiled } from "../support/compiled.ts";
import { binaryOf } from "../support/instance.ts";
import type { SystemdLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";

const QUINCE = "/usr/local/bin/quince";

async function service(lab: SystemdLab): Promise<void> {
  fs.copyFileSync(binaryOf(await compiled("tests/fixtures/quince/quince.ts")), lab.path(QUINCE));
  const ran = async (...words: string[]) => await lab.ok([QUINCE, ...words]);
  const runs = async () => {
    const { mode, programs } = JSON.parse(await ran("status", "--json"));
    return [mode, programs.length];
  };
  assert.match(await ran("install", "--now", "--mode", "lean"), /running as PID \d+ .*in mode lean/);
  assert.match(lab.read("/etc/systemd/system/quince.service"), /^ExecStart=.* run --mode lean$/m);
  assert.deepEqual(await runs(), ["lean", 1]);
  await ran("restart");
  assert.deepEqual(await runs(), ["lean", 1]);

  const refused = await lab.run([QUINCE, "restart", "--mode", "all"]);
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /has its mode from there\nhint: install it with that: quince install --mode all; then: /,
  );
  assert.match(await ran("install"), /unchanged/);
  assert.match(await ran("install", "--mode", "all"), /updated quince\.service/);
  assert.deepEqual(await runs(), ["lean", 1], "a daemon that runs is not touched");
  await ran("restart");
  assert.deepEqual(await runs(), [null, 5]);

  await ran("uninstall");
  await lab.ok(["rm", "-rf", QUINCE, "/var/lib/quince", "/var/log/quince"]);
  await lab.run(["userdel", "quince"]);
}

export const MODES: readonly LabTest[] = [
  { name: "a unit runs the mode that it was installed with, until it is installed with another one", run: service },
];
