/** `install` and its kin, and start, stop, restart and status of what is installed. */
import assert from "node:assert/strict";
import { program, until } from "../support/instance.ts";
import { LAB_BINARY, type SystemdLab } from "../support/systemd_lab.ts";
import type { LabTest } from "./lab_case.ts";

const USER = "ines";
const OTHER = "rita";
const UNIT = "/etc/systemd/system/appd.service";

/** appd in the lab, as root or as a user. */
function appdAs(lab: SystemdLab, user?: string) {
  const options = user === undefined ? {} : { user };
  return {
    run: (...words: string[]) => lab.run([LAB_BINARY, ...words], options),
    async ok(...words: string[]): Promise<string> {
      const { code, stdout, stderr } = await lab.run([LAB_BINARY, ...words], options);
      assert.equal(code, 0, `${words.join(" ")}: ${stderr}${stdout}`);
      return stdout;
    },
    // deno-lint-ignore no-explicit-any -- the shape under test
    async json(...words: string[]): Promise<any> {
      return JSON.parse((await lab.run([LAB_BINARY, ...words, "--json"], options)).stdout);
    },
    async fails(code: number, text: RegExp, ...words: string[]): Promise<void> {
      const ended = await lab.run([LAB_BINARY, ...words], options);
      assert.equal(ended.code, code, `${words.join(" ")}: ${ended.stderr}${ended.stdout}`);
      assert.match(ended.stderr, text);
    },
  };
}

/** Everything in these directories with its text; users and groups that were made stay. */
async function tree(lab: SystemdLab, ...places: string[]): Promise<string> {
  const script =
    `find "$@" -xdev ! -name 'passwd*' ! -name 'group*' ! -name '*shadow*' ! -name '.pwd.lock' ! -name .updated ` +
    `-printf '%p %y %m %l\\n' 2>/dev/null | sort`;
  return await lab.ok(["sh", "-c", script, "sh", ...places]);
}

/** Lines that only one of two texts has: `- gone`, `+ come`. */
function differences(before: string, after: string): string[] {
  const [was, is] = [new Set(before.split("\n")), new Set(after.split("\n"))];
  const gone = [...was.difference(is)].map((line) => `- ${line}`);
  return [...gone, ...[...is.difference(was)].map((line) => `+ ${line}`)];
}

/** Takes away what the instances of a test have left on purpose. */
async function clear(lab: SystemdLab, ...homes: string[]): Promise<void> {
  await lab.ok(["rm", "-rf", ...homes]);
  await lab.run(["userdel", "appd"]);
}

async function system(lab: SystemdLab): Promise<void> {
  const appd = appdAs(lab);
  const places = ["/etc", "/run/systemd/system", "/var/log", "/var/lib/systemd/linger"];
  await lab.ok(["rm", "-rf", "/var/log/appd"]); // The unit of another case had systemd make it.
  const before = await tree(lab, ...places);
  await appd.fails(1, /not installed/, "enable");
  assert.equal((await appd.run("is-installed")).code, 1);
  await appd.ok("install", "--dry-run");
  assert.equal(await tree(lab, ...places), before);
  await appd.ok("install");
  lab.write("/var/lib/appd/config.toml", "[server]\nport = 0\n" + program("sleeper", "exec sleep 100000"));
  await lab.ok(["chown", "-R", "appd:", "/var/lib/appd"]);
  assert.match(await appd.ok("install"), /already installed/);
  const [report] = (await appd.json("is-installed")).services;
  assert.deepEqual([report.enabled, report.active, report.differs, report.edited], [true, "inactive", false, false]);
  assert.equal((await lab.systemctl("is-enabled", "appd")).stdout.trim(), "enabled");
  const { pid } = await appd.json("start");
  const unit = await lab.show("appd.service");
  assert.deepEqual([unit.ActiveState, unit.MainPID], ["active", `${pid}`]);
  const status = await appd.json("status");
  assert.deepEqual([status.pid, status.programs[0].name, status.service], [pid, "sleeper", {
    ...{ unit: "appd.service", scope: "system", enabled: true, active: "active", outside: false },
  }]);
  assert.match(await appd.ok("status"), /^Service: +appd\.service \(system, enabled, active\)$/m);
  assert.match(await appd.ok("start"), /already running/);
  await appd.ok("reload");
  assert.doesNotMatch((await appd.run("doctor")).stdout, /belongs to user/);
  await appd.ok("config", "set", "log.level", "debug"); // Root writes what the service has to read.
  assert.equal(await lab.ok(["stat", "-c", "%U %a", "/var/lib/appd/config.toml"]), "appd 644\n");
  await lab.ok(["chown", "root:", "/var/lib/appd/config.toml"]);
  await lab.ok(["chmod", "600", "/var/lib/appd/config.toml"]);
  await appd.fails(77, /cannot read it[\s\S]*chown/, "restart");
  assert.equal((await appd.json("status")).pid, pid, "it was looked at before the stop");
  await lab.ok(["chown", "appd:", "/var/lib/appd/config.toml"]);
  const { stopped, started } = await appd.json("restart");
  assert.deepEqual([stopped.pid, stopped.how, started.pid === pid], [pid, "graceful", false]);
  assert.equal((await lab.show("appd.service")).MainPID, `${started.pid}`);
  await appd.ok("disable");
  assert.equal((await lab.systemctl("is-enabled", "appd")).stdout.trim(), "disabled");
  assert.equal((await appd.json("stop")).how, "graceful");
  assert.deepEqual([(await lab.show("appd.service")).ActiveState, (await appd.run("status")).code], ["inactive", 3]);
  await appd.ok("start");
  await appd.ok("uninstall");
  assert.equal((await lab.show("appd.service")).LoadState, "not-found");
  assert.deepEqual(differences(before, await tree(lab, ...places)), []);
  assert.equal(lab.exists("/run/appd"), false);
  assert.ok(lab.exists("/var/lib/appd/config.toml"), "the configuration stays");
  assert.match(await appd.ok("uninstall"), /not installed/);
  await clear(lab, "/var/lib/appd");
}

/** The order of a newcomer: install, write a configuration, start, write it anew. */
async function newcomer(lab: SystemdLab): Promise<void> {
  const appd = appdAs(lab);
  await appd.ok("install", "--now");
  await appd.ok("config", "init");
  assert.equal(await lab.ok(["stat", "-c", "%U %a", "/var/lib/appd/config.toml"]), "appd 600\n");
  await appd.ok("reload");
  await appd.ok("config", "init", "--force");
  await appd.ok("restart");
  await lab.user(USER);
  await appdAs(lab, USER).fails(77, /permission/, "--home", "/var/lib/appd", "status");
  await appdAs(lab, USER).fails(77, /sudo systemctl stop appd\.service/, "--home", "/var/lib/appd", "stop");
  await appd.ok("uninstall");
  await clear(lab, "/var/lib/appd");
}

async function user(lab: SystemdLab): Promise<void> {
  await lab.user(USER);
  const appd = appdAs(lab, USER);
  const places = [`/home/${USER}`, "/etc/systemd", "/var/lib/systemd/linger"];
  const before = await tree(lab, ...places);
  await appd.fails(77, /sudo appd install --system/, "install", "--system");
  lab.write(`/home/${USER}/.appd/config.toml`, "[server]\nport = 0\n");
  await lab.ok(["chown", "-R", `${USER}:`, `/home/${USER}/.appd`]);
  const loose = await appd.json("start"); // Outside of any service.
  assert.match(await appd.ok("install", "--now"), /lingers from now on[\s\S]*not as this service/);
  assert.match(await appd.ok("status"), /runs outside it/);
  const { stopped, started } = await appd.json("restart");
  assert.deepEqual([stopped.pid, (await lab.show("appd.service", USER)).MainPID], [loose.pid, `${started.pid}`]);
  assert.equal((await appd.json("status")).service.outside, false);
  await appd.ok("reload");
  await appd.ok("disable", "--now");
  assert.equal((await lab.show("appd.service", USER)).ActiveState, "inactive");
  await appd.ok("enable", "--now");
  assert.equal((await lab.show("appd.service", USER)).ActiveState, "active");
  await appd.ok("uninstall");
  await lab.ok(["rm", "-rf", `/home/${USER}/.appd`]);
  assert.equal(await tree(lab, ...places), before);
  await until(
    "the user's manager ended with the lingering",
    async () => !lab.exists(`/run/user/${(await lab.user(USER)).uid}`),
    60_000, // systemd-logind keeps it for ten seconds.
  );
}

/** A service of the user's own that takes its time to end, and its manager with it. */
const SLOW = "[Service]\nExecStart=/bin/sleep 100000\nExecStop=/bin/sleep 3\n";

/** The manager of a user who has just ceased to linger is still there, and ends. */
async function atOnce(lab: SystemdLab): Promise<void> {
  const { uid } = await lab.user(OTHER);
  const appd = appdAs(lab, OTHER);
  lab.write(`/home/${OTHER}/.appd/config.toml`, "[server]\nport = 0\n");
  lab.write(`/home/${OTHER}/.config/systemd/user/slow.service`, SLOW);
  await lab.ok(["chown", "-R", `${OTHER}:`, `/home/${OTHER}/.appd`, `/home/${OTHER}/.config`]);
  await appd.ok("install", "--now");
  await lab.ok(["systemctl", "--user", "start", "slow.service"], { user: OTHER });
  await appd.ok("uninstall");
  const manager = `user@${uid}.service`;
  await until("it ends", async () => (await lab.show(manager)).ActiveState === "deactivating", 60_000);
  await appd.ok("install", "--now");
  const { ActiveState, MainPID } = await lab.show("appd.service", OTHER);
  assert.deepEqual([ActiveState, MainPID], ["active", `${(await appd.json("status")).pid}`]);
  await appd.ok("uninstall");
  await lab.ok(["rm", "-rf", `/home/${OTHER}/.appd`, `/home/${OTHER}/.config`]);
  await until("the manager is gone", () => !lab.exists(`/run/user/${uid}`), 60_000);
}

/** What the daemon says is what `start` says, with its exit code; a stop is final also for one that crashes again and again. */
async function troubles(lab: SystemdLab): Promise<void> {
  const appd = appdAs(lab);
  await appd.ok("install", "--profile", "root", "--home", "/var/lib/trouble");
  const config = "/var/lib/trouble/config.toml";
  lab.write(config, "[server]\nport = 70000\n", 0o600);
  await appd.fails(78, /config\.toml:2:8: server\.port is 70000[\s\S]*\^/, "start");
  lab.write(config, "[server]\nport = 0\n", 0o600);
  const { pid } = await appd.json("start");
  lab.write(config, "[server]\nport = 70000\n", 0o600);
  await appd.fails(78, /server\.port is 70000/, "restart");
  assert.equal((await appd.json("status")).pid, pid, "the old one still runs");
  await appd.fails(2, /installed as a service/, "start", "--port", "9000");
  lab.write(config, "[server]\nport = 0\n", 0o600);
  await appd.fails(2, /install --system --keep-programs/, "restart", "--keep-programs");
  await lab.ok(["systemctl", "kill", "--signal=KILL", "appd.service"]);
  await until("it waits for its restart", async () => (await appd.json("status")).service.active === "activating");
  await appd.ok("stop");
  assert.equal((await lab.show("appd.service")).ActiveState, "inactive");
  lab.write(
    config,
    "[server]\nport = 0\n" + program("deaf", "trap '' TERM; while :; do sleep 0.1; done", 'stop_timeout = "1m"'),
    0o600,
  );
  await appd.ok("start");
  const stopped = await appd.json("stop", "--timeout", "500ms");
  assert.equal(stopped.how, "forced");
  assert.equal((await lab.show("appd.service")).ActiveState, "failed", "it was killed, and is not started again");
  await appd.ok("uninstall");
  await clear(lab, "/var/lib/trouble");
}

/** With programs that outlive the daemon, a restart replaces the daemon alone. */
async function keepPrograms(lab: SystemdLab): Promise<void> {
  const appd = appdAs(lab);
  await appd.ok("--home", "/var/lib/keeping", "install", "--profile", "root", "--keep-programs");
  lab.write("/var/lib/keeping/config.toml", "[server]\nport = 0\n" + program("sleeper", "exec sleep 100000"), 0o600);
  await appd.ok("start");
  const sleeper = async () => (await appd.json("status")).programs[0].pid;
  const before = await until("the program runs", sleeper);
  const { stopped, started } = await appd.json("restart", "--keep-programs");
  assert.deepEqual([stopped.kept, await until("the program is adopted", sleeper)], [["sleeper"], before]);
  assert.equal((await lab.show("appd.service")).MainPID, `${started.pid}`);
  await appd.ok("stop");
  assert.equal(lab.alive(before), false);
  await appd.ok("uninstall");
  await clear(lab, "/var/lib/keeping");
}

async function strangers(lab: SystemdLab): Promise<void> {
  const appd = appdAs(lab);
  lab.write(UNIT, "[Service]\nExecStart=/bin/sleep 100000\n");
  for (const verb of ["install", "uninstall", "enable"]) await appd.fails(73, /not made by appd install/, verb);
  assert.equal(lab.read(UNIT), "[Service]\nExecStart=/bin/sleep 100000\n");
  await appd.ok("--name", "web", "install", "--now");
  assert.equal((await lab.show("appd-web.service")).ActiveState, "active");
  assert.equal((await appd.json("--name", "web", "status")).home, "/var/lib/appd/web");
  const unit = lab.read("/etc/systemd/system/appd-web.service");
  lab.write("/etc/systemd/system/appd-web.service", unit.replace("WatchdogSec=30", "WatchdogSec=60"));
  await appd.fails(73, /edited by hand/, "--name", "web", "install");
  assert.match(await appd.ok("--name", "web", "install", "--dry-run"), /^-WatchdogSec=60\n\+WatchdogSec=30$/m);
  await appd.ok("--name", "web", "uninstall", "--force");
  await clear(lab, UNIT, "/etc/systemd/system/appd-web.service.old", "/var/lib/appd");
  await lab.ok(["systemctl", "daemon-reload"]);
}

export const INSTALL: readonly LabTest[] = [
  { name: "a system service from install to uninstall, which leaves nothing", run: system },
  { name: "a newcomer's way to a system service, and what others may not do to it", run: newcomer },
  { name: "a user's service from install to uninstall; a daemon beside it is told, and handed over", run: user },
  { name: "an install right after an uninstall waits for the user's next service manager", run: atOnce },
  {
    name: "start says what the daemon says; a stop is final, also in a loop of crashes, and kills in time",
    run: troubles,
  },
  { name: "restart --keep-programs of a service", run: keepPrograms },
  { name: "units of strangers and edited ones stay; an instance with a name is a unit of its own", run: strangers },
];
