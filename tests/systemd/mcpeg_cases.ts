/** mcpeg as a service of a real systemd, put there by its own script. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { compiled } from "../support/compiled.ts";
import { binaryOf } from "../support/instance.ts";
import type { SystemdLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";

const EXAMPLE = fs.realpathSync(new URL("../../examples/mcpeg", import.meta.url));
/** Where the script puts it. */
const MCPEG = "/usr/local/bin/mcpeg";
const UNIT = "/etc/systemd/system/mcpeg.service";

async function bringFiles(lab: SystemdLab): Promise<void> {
  for (const file of ["config.toml", "deploy/install-service.sh"]) {
    lab.write(`/root/mcpeg/${file}`, fs.readFileSync(join(EXAMPLE, file), "utf8"), 0o755);
  }
  fs.copyFileSync(binaryOf(await compiled("examples/mcpeg/mcpeg.ts")), lab.path("/root/mcpeg/binary"));
}

async function service(lab: SystemdLab): Promise<void> {
  await bringFiles(lab);
  const install = ["env", "MCPEG=/root/mcpeg/binary", "/root/mcpeg/deploy/install-service.sh"];
  await lab.ok(install);
  assert.ok(lab.exists(MCPEG) && lab.exists("/etc/mcpeg/config.toml"));
  assert.match(await lab.ok(install), /already installed/);

  await lab.ok(["systemctl", "start", "mcpeg"]);
  assert.match((await lab.systemctl("status", "mcpeg")).stdout, /Active: active \(running\)/);
  const { MainPID: pid, User: user, NoNewPrivileges: locked, Type: type } = await lab.show("mcpeg.service");
  assert.deepEqual([user, locked, type], ["mcpeg", "yes", "notify"]);
  const status = JSON.parse(await lab.ok([MCPEG, "--status", "--json"]));
  assert.deepEqual([`${status.pid}`, status.name, status.home], [pid, "mcpeg", "/var/lib/mcpeg"]);
  assert.match(await lab.ok([MCPEG, "servers"]), /^time +disabled/m);

  await lab.ok(["systemctl", "reload", "mcpeg"]);
  assert.equal((await lab.show("mcpeg.service")).MainPID, pid);
  await lab.ok([MCPEG, "--stop"]);
  assert.equal((await lab.show("mcpeg.service")).ActiveState, "inactive");

  await lab.ok([MCPEG, "uninstall"]);
  assert.ok(!lab.exists(UNIT));
  await lab.ok(["rm", "-rf", MCPEG, "/etc/mcpeg", "/var/lib/mcpeg", "/var/log/mcpeg", "/root/mcpeg"]);
  await lab.run(["userdel", "mcpeg"]);
}

export const MCPEG_CASES: readonly LabTest[] = [
  {
    name:
      "S3 install-service.sh, S3 systemctl start, S3 systemctl status, S3 System Integration: the service of a host",
    run: service,
  },
];
