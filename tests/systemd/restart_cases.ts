/** What a restart through a real systemd refuses while the service can still go on. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { compiled } from "../support/compiled.ts";
import { binaryOf } from "../support/instance.ts";
import type { SystemdLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";

const FIG = "/usr/local/bin/fig";
const OTHER = "/opt/fig";
/** Makes an older version of the app. */
const OLDER = ["env", "FIG_OLDER=1"];

async function database(lab: SystemdLab): Promise<void> {
  const binary = binaryOf(await compiled("tests/fixtures/fig/fig.ts"));
  for (const path of [FIG, OTHER]) fs.copyFileSync(binary, lab.path(path));
  const pid = async () => JSON.parse(await lab.ok([FIG, "status", "--json"])).pid;
  await lab.ok([FIG, "install", "--now"]);
  const daemon = await pid();

  const refused = await lab.run([...OLDER, FIG, "restart"]);
  assert.equal(refused.code, 78, refused.stderr);
  assert.match(refused.stderr, /cannot use ".*fig\.db": version 2 of "fig" wrote it, this one knows 1/);
  assert.match(refused.stderr, new RegExp(`the daemon that runs, PID ${daemon}, was left as it is`));
  assert.equal(await pid(), daemon);

  await lab.ok([...OLDER, OTHER, "restart"]); // The service does not start this one: what it knows says nothing.
  assert.notEqual(await pid(), daemon);

  await lab.ok([FIG, "uninstall"]);
  await lab.ok(["rm", "-rf", FIG, OTHER, "/var/lib/fig", "/var/log/fig"]);
  await lab.run(["userdel", "fig"]);
}

export const RESTARTS: readonly LabTest[] = [
  { name: "a binary that would not take the database leaves the service as it is", run: database },
];
