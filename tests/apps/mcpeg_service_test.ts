/** mcpeg as its document (S3) has it: the service. Each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../src/base/errors.ts";
import { binaryOf } from "../support/instance.ts";
import { SystemdLab, whyNoLab } from "../support/systemd_lab.ts";

const EXAMPLE = fs.realpathSync(new URL("../../examples/mcpeg", import.meta.url));
const SYSTEMD_ANALYZE = "/usr/bin/systemd-analyze";
/** Where the binary is found in the lab. */
const MCPEG = "/usr/local/bin/mcpeg";

function unit(name: string): string {
  return fs.readFileSync(join(EXAMPLE, "deploy", name), "utf8");
}

function generated(...words: string[]): string {
  const args = ["generate", ...words, "--binary", MCPEG];
  const { stdout } = new Deno.Command(binaryOf("mcpeg"), { args, clearEnv: true, env: { HOME: "/nowhere" } })
    .outputSync();
  return new TextDecoder().decode(stdout);
}

Deno.test("S3 mcpeg.service, S3 mcpeg-dev.service: the units are what the binary makes", () => {
  const config = ["--config", "/etc/mcpeg/config.toml"];
  assert.equal(generated("systemd", "--system", "--home", "/var/lib/mcpeg", ...config), unit("mcpeg.service"));
  assert.equal(generated("systemd-user", "--name", "dev").replaceAll("/nowhere", "%h"), unit("mcpeg-dev.service"));
});

Deno.test("S3 mcpeg.service, S3 mcpeg-dev.service: one is for production and locked in, the other is a user's", () => {
  const production = unit("mcpeg.service");
  for (
    const line of ["Type=notify", "User=mcpeg", "NoNewPrivileges=yes", "ProtectSystem=strict", "Restart=on-failure"]
  ) {
    assert.match(production, new RegExp(`^${line}$`, "m"));
  }
  assert.match(production, /^ExecStart=\/usr\/local\/bin\/mcpeg /m);
  const development = unit("mcpeg-dev.service");
  assert.match(development, /^WantedBy=default\.target$/m);
  assert.doesNotMatch(development, /^(User|ProtectSystem)=/m);
});

Deno.test({
  name: "S3 Security First: the production unit exposes little",
  ignore: !fs.existsSync(SYSTEMD_ANALYZE),
  fn() {
    const args = [
      "security",
      "--offline=true",
      "--no-pager",
      "--threshold=14",
      join(EXAMPLE, "deploy", "mcpeg.service"),
    ];
    const { code, stdout } = new Deno.Command(SYSTEMD_ANALYZE, { args, env: { LC_ALL: "C.UTF-8" } }).outputSync();
    assert.equal(code, 0, new TextDecoder().decode(stdout));
  },
});

/** A machine with a systemd of its own, the binary and the files of `deploy/` in it; a text says why there is none. */
async function machine(): Promise<SystemdLab | string> {
  const missing = whyNoLab();
  if (missing !== undefined) return missing;
  try {
    return await SystemdLab.boot();
  } catch (error) {
    return messageOf(error);
  }
}

Deno.test("S3 install-service.sh, S3 systemctl start, S3 systemctl status, S3 System Integration", async (test) => {
  const lab = await machine();
  if (typeof lab === "string") {
    await test.step({ name: `skipped: ${lab}`, ignore: true, fn() {} });
    return;
  }
  await using _lab = lab;
  lab.write("/root/mcpeg/config.toml", fs.readFileSync(join(EXAMPLE, "config.toml"), "utf8"));
  lab.write("/root/mcpeg/deploy/install-service.sh", unit("install-service.sh"), 0o755);
  fs.copyFileSync(binaryOf("mcpeg"), lab.path("/root/mcpeg/binary"));
  const install = ["env", "MCPEG=/root/mcpeg/binary", "/root/mcpeg/deploy/install-service.sh"];
  await lab.ok(install);
  assert.ok(lab.exists(MCPEG) && lab.exists("/etc/mcpeg/config.toml"));
  assert.match(await lab.ok(install), /already installed/);

  await lab.ok(["systemctl", "start", "mcpeg"]);
  const shown = (await lab.systemctl("status", "mcpeg")).stdout;
  assert.match(shown, /Active: active \(running\)/);
  const properties = await lab.show("mcpeg.service");
  assert.deepEqual([properties.User, properties.NoNewPrivileges, properties.Type], ["mcpeg", "yes", "notify"]);
  const status = JSON.parse(await lab.ok([MCPEG, "--status", "--json"]));
  assert.deepEqual([`${status.pid}`, status.name, status.home], [properties.MainPID, "mcpeg", "/var/lib/mcpeg"]);
  assert.match(await lab.ok([MCPEG, "servers"]), /^time +disabled/m);

  await lab.ok(["systemctl", "reload", "mcpeg"]);
  assert.equal((await lab.show("mcpeg.service")).MainPID, properties.MainPID);
  await lab.ok([MCPEG, "--stop"]);
  assert.equal((await lab.show("mcpeg.service")).ActiveState, "inactive");
  await lab.ok([MCPEG, "uninstall"]);
  assert.ok(!lab.exists("/etc/systemd/system/mcpeg.service"));
});
