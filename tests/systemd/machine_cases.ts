/** The machine's own life: users, boot and shutdown. */
import assert from "node:assert/strict";
import { program, until } from "../support/instance.ts";
import { LAB_BINARY, type SystemdLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";
import { LabService } from "./lab_service.ts";

const USER = "ursula";

/** A unit of the user's own, as `appd install --user` would make it. */
async function installForUser(lab: SystemdLab): Promise<string> {
  const { uid } = await lab.user(USER);
  const home = `/home/${USER}/.appd`;
  const directory = `/home/${USER}/.config/systemd/user`;
  const run = (...words: string[]) => lab.ok(words, { user: USER });
  await run("mkdir", "-p", directory, home);
  lab.write(`${home}/config.toml`, "[server]\nport = 0\n" + program("sleeper", "exec sleep 100000"));
  lab.write(`${directory}/appd.service`, await lab.ok([LAB_BINARY, "generate", "systemd-user"], { user: USER }));
  await lab.ok(["chown", "-R", USER, `/home/${USER}`]);
  await lab.ok(["loginctl", "enable-linger", USER]);
  await until("the user's manager", () => lab.exists(`/run/user/${uid}/systemd/private`));
  return home;
}

async function userUnit(lab: SystemdLab): Promise<void> {
  const home = await installForUser(lab);
  const ok = async (...words: string[]) => {
    const { code, stderr } = await lab.userctl(USER, ...words);
    assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
  };
  await ok("daemon-reload");
  await ok("start", "appd");
  assert.doesNotMatch(
    (await lab.run(["loginctl", "list-sessions", "--no-legend"])).stdout,
    /ursula/,
    "nobody is logged in",
  );
  const status = async () => JSON.parse((await lab.run([LAB_BINARY, "status", "--json"], { user: USER })).stdout);
  const { pid } = await status();
  const unit = await lab.show("appd", USER);
  assert.deepEqual([unit.ActiveState, unit.MainPID, unit.NRestarts], ["active", `${pid}`, "0"]);
  assert.match(lab.read(`/proc/${pid}/status`), new RegExp(`^Uid:\\t${(await lab.user(USER)).uid}\\t`, "m"));
  lab.write(`${home}/config.toml`, "[server]\nport = 70000\n");
  assert.notEqual((await lab.userctl(USER, "reload", "appd")).code, 0);
  lab.write(`${home}/config.toml`, "[server]\nport = 0\n");
  await ok("reload", "appd");
  await ok("restart", "appd");
  assert.notEqual((await status()).pid, pid);
  await ok("stop", "appd");
  assert.equal((await status()).state, "stopped");
}

/** One reboot for all that has to be there after it. */
async function boot(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "boot", {
    config: program("polite", "trap 'touch asked; exit 0' TERM; while :; do sleep 0.05; done"),
  });
  await installForUser(lab);
  await lab.userctl(USER, "daemon-reload");
  assert.equal((await lab.userctl(USER, "enable", "--now", "appd")).code, 0);
  await lab.ok(["systemctl", "enable", "--now", service.unit]);
  await service.running("polite");
  await lab.reboot();
  assert.ok(lab.exists(`${service.home}/asked`), "the shutdown of the machine asked the program to end");
  await lab.waitFor(service.unit, "active");
  await service.running("polite");
  await until("the user's daemon", async () => (await lab.show("appd", USER)).ActiveState === "active");
  assert.equal((await lab.run([LAB_BINARY, "health"], { user: USER })).code, 0);
  const before = await service.journal("--boot=-1").catch(() => []);
  assert.doesNotMatch(before.join("\n"), /Killing process|timed out/);
  await lab.userctl(USER, "disable", "--now", "appd");
}

async function reexec(lab: SystemdLab): Promise<void> {
  await using service = await LabService.install(lab, "reexec", { config: program("sleeper", "exec sleep 100000") });
  await service.start();
  const [daemon, sleeper] = [await service.mainPid(), await service.running("sleeper")];
  await lab.ok(["systemctl", "daemon-reexec"]);
  await lab.waitFor(service.unit, "active");
  assert.deepEqual([await service.mainPid(), await service.running("sleeper")], [daemon, sleeper]);
  assert.equal((await lab.systemctl("reload", service.unit)).code, 0);
  assert.equal((await lab.systemctl("stop", service.unit)).code, 0);
}

export const MACHINE: readonly LabTest[] = [
  { name: "a user's unit: start, reload, restart, stop, with nobody logged in", run: userUnit },
  { name: "systemd renews itself: the daemon does not mind", run: reexec },
  { name: "boot and shutdown with enabled units, the system's and a user's", run: boot },
];
