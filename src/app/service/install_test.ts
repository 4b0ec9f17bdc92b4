import assert from "node:assert/strict";
import fs from "node:fs";
import { AppdError } from "../../base/errors.ts";
import type { ExitName } from "../../base/exit_codes.ts";
import { APPD, createProduct } from "../../base/product.ts";
import { targetAt } from "../../service/manager_commands.ts";
import { readOwned } from "../../service/ownership.ts";
import { type App, APPD_APP } from "../kit/app.ts";
import { enableService } from "./enable.ts";
import { type FakeWorld, fakeWorld } from "./fake_world.ts";
import { installService, type InstallWish } from "./install.ts";
import { homeOfService, installedServices, serviceOf } from "./installed.ts";
import { installedReports } from "./is_installed.ts";
import { restartService } from "./restart_service.ts";
import { uninstallService } from "./uninstall.ts";

const UNIT = "/etc/systemd/system/appd.service";
const TARGET = targetAt({
  ...{ manager: "systemd", scope: "system", service: "appd", label: "com.appd.daemon", userHome: "/root", uid: 0 },
});
const USER_UNIT = "/home/u/.config/systemd/user/appd.service";
const WISH: InstallWish = { enable: true, dryRun: false, force: false };
const GONE = { force: false, dryRun: false };

async function refused(exit: ExitName, message: RegExp, action: () => Promise<unknown>): Promise<AppdError> {
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof AppdError, String((error as Error).stack));
    assert.equal(error.exit, exit, error.message);
    assert.match(`${error.message}\n${error.hint}`, message);
    return error;
  }
  assert.fail(`not refused: ${message}`);
}

/** All files of the fake host with their texts, to see that nothing was touched. */
function tree(world: FakeWorld): string[] {
  return fs.readdirSync(world.at("/"), { recursive: true, withFileTypes: true }).map((entry) => {
    const path = `${entry.parentPath}/${entry.name}`;
    return entry.isFile() ? `${path} ${fs.statSync(path).mtimeMs} ${fs.readFileSync(path, "utf8")}` : path;
  }).sort();
}

Deno.test("installed once; the second time nothing is touched, and nobody told", async () => {
  using world = fakeWorld();
  const first = await installService(world, WISH);
  assert.deepEqual([first.found, first.unit, first.path], ["nothing", "appd.service", UNIT]);
  assert.deepEqual(world.told.map((line) => line.split(" ").slice(0, 3).join(" ")), [
    "systemd-sysusers --inline u",
    "systemctl daemon-reload",
    "systemctl enable appd.service",
  ]);
  assert.equal(fs.statSync(world.at(UNIT)).mode & 0o777, 0o644);
  assert.match(world.read(UNIT), /^# Made by appd install.*\n\[Unit\]\n[\s\S]*^User=appd$/m);
  const before = tree(world);
  world.told.length = 0;
  assert.equal((await installService(world, WISH)).changed, false);
  assert.deepEqual([tree(world), world.told], [before, []]);
});

Deno.test("a unit that the manager has not read again is read again, and not enabled against somebody's will", async () => {
  using world = fakeWorld();
  await installService(world, WISH);
  await enableService(world, { on: false, dryRun: false });
  Object.assign(world.unit, { NeedDaemonReload: "yes" });
  world.told.length = 0;
  await installService(world, WISH);
  assert.deepEqual(world.told, ["systemctl daemon-reload"]);
  world.told.length = 0;
  await installService(world, { ...WISH, options: { keepPrograms: true } });
  assert.deepEqual(world.told, ["systemctl daemon-reload"]);
});

Deno.test("an app's configuration may have it not start at boot", async () => {
  using world = fakeWorld({ input: { app: { ...APPD_APP, startsAtBoot: ({ server }) => server.port !== 8321 } } });
  await installService(world, WISH);
  assert.ok(!world.told.some((line) => line.startsWith("systemctl enable")), world.told.join("\n"));
  using other = fakeWorld({ input: { app: { ...APPD_APP, startsAtBoot: () => true } } });
  await installService(other, WISH);
  assert.equal(other.told.at(-1), "systemctl enable appd.service");
});

Deno.test("what was given at the first install stays, and the unit does not differ for it", async () => {
  using world = fakeWorld();
  await installService(world, { ...WISH, options: { profile: "root", keepPrograms: true } });
  assert.match(world.read(UNIT), /KillMode=process/);
  assert.equal((await installService(world, WISH)).found, "same");
  assert.deepEqual((await installedReports(world, {})).map(({ differs, edited }) => [differs, edited]), [[
    false,
    false,
  ]]);
  const changed = await installService(world, { ...WISH, options: { runAs: "nobody", profile: "dedicated" } });
  assert.deepEqual([changed.found, changed.changes.includes("+User=nobody")], ["outdated", true]);
});

const PAGE = { name: "page", summary: "the page" };

/** A host with a service of the mode `web`, as a binary finds it whose modes are these. */
async function afterUpgrade(modes: App["modes"]): Promise<FakeWorld> {
  const world = fakeWorld({ input: { app: { ...APPD_APP, modes: [{ name: "web", summary: "the web" }] } } });
  await installService(world, { ...WISH, options: { mode: "web" } });
  assert.match(world.read(UNIT), /^ExecStart=.* run .*--mode web$/m);
  world.told.length = 0;
  return world.with({ app: { ...APPD_APP, modes } });
}

Deno.test("a service whose mode is gone with an upgrade is not installed as one that runs everything, unless that is said", async () => {
  using world = await afterUpgrade([PAGE]);
  const before = tree(world);
  const gone =
    /"appd\.service": it is installed with the mode "web", which.*\nsay what .*: appd install --system --mode all$/;
  await refused("config", gone, () => installService(world, WISH));
  await refused("config", gone, () => installService(world, { ...WISH, options: { keepPrograms: true }, force: true }));
  const restart = () => restartService(world.with({ ...world.context, mode: "web" }), TARGET, { keepPrograms: false });
  await refused("config", /cannot restart .*the mode "web"/, restart);
  assert.deepEqual([tree(world), world.told], [before, []]);
  assert.deepEqual((await installedReports(world, {})).map(({ differs }) => differs), [null]);
  for (const mode of ["page", "all"]) {
    await installService(world, { ...WISH, options: { mode } });
    assert.equal(/--mode (.*)$/m.exec(world.read(UNIT))?.[1], mode === "all" ? undefined : mode);
  }
  assert.equal(readOwned(world.read(UNIT))?.memory.options.mode, undefined);
});

Deno.test("where the upgrade left no modes at all, the way out does not name --mode", async () => {
  using world = await afterUpgrade([]);
  const way = /no modes any more.*: appd uninstall --system; then: appd install --system$/;
  await refused("config", way, () => installService(world, WISH));
});

Deno.test("--dry-run says what would be, and changes nothing, also for who may not", async () => {
  using world = fakeWorld({ uid: 1000 });
  const before = tree(world);
  const result = await installService(world, { ...WISH, scope: "system", dryRun: true });
  assert.ok(result.changes.some((line) => line.startsWith("+ExecStart=/usr/local/bin/appd ")));
  assert.deepEqual([tree(world), world.told], [before, []]);
});

Deno.test("a stranger's unit, and one of another home, stay as they are", async () => {
  using world = fakeWorld();
  world.write(UNIT, "[Service]\nExecStart=/bin/true\n");
  const before = tree(world);
  await refused(
    "cannotCreate",
    /not made by appd install[\s\S]*--name NAME.*appd\.service/,
    () => installService(world, { ...WISH, force: true }),
  );
  await refused("cannotCreate", /not made by/, () => uninstallService(world, { ...GONE, force: true }));
  await refused("cannotCreate", /not made by/, () => enableService(world, { on: true, dryRun: false }));
  assert.deepEqual(tree(world), before);
  fs.rmSync(world.at(UNIT));
  fs.symlinkSync("/dev/null", world.at(UNIT)); // Masked.
  await refused("cannotCreate", /not made by/, () => installService(world, WISH));
  fs.rmSync(world.at(UNIT));
  await installService(world, WISH);
  const other = world.with({ home: "/srv/x" });
  await refused("cannotCreate", /"\/var\/lib\/appd"[\s\S]*--name/, () => installService(other, WISH));
  await refused("cannotCreate", /"\/var\/lib\/appd"/, () => uninstallService(other, GONE));
  assert.ok(world.exists(UNIT));
});

Deno.test("an edited unit stays without --force; with it the edited text is kept beside it", async () => {
  using world = fakeWorld();
  await installService(world, WISH);
  const edited = world.read(UNIT).replace("WatchdogSec=30", "WatchdogSec=60");
  world.write(UNIT, edited);
  await refused("cannotCreate", /edited by hand[\s\S]*--dry-run.*--force/, () => installService(world, WISH));
  await refused("cannotCreate", /edited by hand[\s\S]*--force/, () => uninstallService(world, GONE));
  assert.equal(world.read(UNIT), edited);
  const { found, changes } = await installService(world, { ...WISH, force: true });
  assert.deepEqual([found, changes], ["edited", ["-WatchdogSec=60", "+WatchdogSec=30"]]);
  assert.equal(world.read(`${UNIT}.old`), edited);
});

Deno.test("when the manager refuses a new unit, it is taken away again with all that was made for it", async () => {
  using world = fakeWorld({ uid: 1000 });
  fs.mkdirSync(world.at("/var/lib/systemd/linger"), { recursive: true });
  const before = tree(world);
  for (const word of ["daemon-reload", " enable "]) {
    world.fails.set(word, "Access denied\n");
    await refused("noPermission", /Access denied[\s\S]*sudo systemctl/, () => installService(world, WISH));
    world.fails.clear();
    assert.deepEqual(tree(world), before);
  }
});

Deno.test("a user's service: lingering is set, remembered, handed on to a second one, and taken back with the last", async () => {
  using world = fakeWorld({ uid: 1000 });
  const second = world.with({ name: "two" });
  const lingers = () => world.told.filter((line) => line.includes("linger")).map((line) => line.split(" ")[1]);
  await installService(world, WISH);
  await installService(second, WISH);
  assert.match(world.read(USER_UNIT), /"linger":true,"directories":\["\/home\/u\/.config",/);
  assert.deepEqual(lingers(), ["enable-linger"]);
  await uninstallService(world, GONE);
  assert.deepEqual(lingers(), ["enable-linger"]);
  await uninstallService(second, GONE);
  assert.deepEqual(lingers(), ["enable-linger", "disable-linger"]);
});

Deno.test("a user's manager that is still ending is told nothing: the next one is waited for", async () => {
  using world = fakeWorld({ uid: 1000 });
  world.userManager.splice(0, 1, "deactivating", "deactivating", "inactive", "activating", "active");
  const seen: string[] = [];
  const run: typeof world.run = (options) => {
    if (options.command.includes("daemon-reload")) seen.push(...world.userManager);
    return world.run(options);
  };
  await installService({ ...world, run }, WISH);
  assert.deepEqual(seen, ["active"]);
});

Deno.test("lingering that was there before stays, and one that is refused is told", async () => {
  using world = fakeWorld({ uid: 1000 });
  world.fails.set("enable-linger", "Access denied");
  const { notes } = await installService(world, WISH);
  assert.match(notes.join("\n"), /sudo loginctl enable-linger/);
  await uninstallService(world, GONE);
  assert.ok(!world.told.some((line) => line.includes("disable-linger")));
});

Deno.test("uninstall leaves nothing but the instance's own files", async () => {
  using world = fakeWorld({ uid: 1000, env: {} });
  world.write("/home/u/.appd/config.toml", "");
  fs.mkdirSync(world.at("/var/lib/systemd/linger"), { recursive: true });
  const before = tree(world);
  await installService(world, WISH);
  world.unit.ActiveState = "active";
  world.told.length = 0;
  const { was, notes } = await uninstallService(world, GONE);
  assert.equal(was, true);
  assert.match(notes.join("\n"), /"\/home\/u\/.appd" stays/);
  assert.deepEqual(tree(world), before);
  const verbs = world.told.map((line) => line.replace("systemctl --user ", "").split(" ")[0]);
  assert.deepEqual(verbs, ["stop", "disable", "clean", "daemon-reload", "reset-failed", "loginctl"]);
  assert.equal((await uninstallService(world, GONE)).was, false);
});

Deno.test("refusals: no manager, no permission, bad programs, users and paths", async () => {
  using none = fakeWorld({ runs: "none" });
  await refused("notRunning", /keep_alive.*generate runit/, () => installService(none, WISH));
  await refused("notRunning", /keep_alive/, () => enableService(none, { on: true, dryRun: false }));
  using bsd = fakeWorld({ platform: "freebsd" });
  await refused("notRunning", /no service manager/, () => installService(bsd, WISH));
  using openrc = fakeWorld({ runs: "openrc", uid: 1000 });
  await refused("notRunning", /users/, () => installService(openrc, WISH));
  using world = fakeWorld({ uid: 1000 });
  await refused(
    "noPermission",
    /sudo appd install --system/,
    () => installService(world, { ...WISH, scope: "system" }),
  );
  await refused(
    "generic",
    /not installed[\s\S]*appd install --user/,
    () => enableService(world, { on: true, dryRun: false }),
  );
  world.write("/tmp/appd", "", 0o755);
  world.write("/opt/open/appd", "", 0o755);
  fs.chmodSync(world.at("/opt/open"), 0o777);
  world.write("/opt/text", "");
  const table: [string, ExitName, RegExp][] = [
    ["appd", "usage", /not absolute/],
    ["/opt/gone", "usage", /no such file/],
    ["/opt/text", "usage", /not a program/],
    ["/tmp/appd", "usage", /outlive a boot/],
    ["/opt/open/appd", "noPermission", /everybody can write "\/opt\/open"/],
  ];
  for (const [binary, exit, message] of table) {
    await refused(exit, message, () => installService(world, { ...WISH, options: { binary } }));
  }
  using root = fakeWorld();
  await refused("config", /no such user/, () => installService(root, { ...WISH, options: { runAs: "gone" } }));
  await refused("usage", /newline/, () => installService(root.with({ home: "/srv/a\nb" }), WISH));
  assert.deepEqual([...world.told, ...root.told], []);
});

Deno.test("root's instance without a home is the service; somebody else's, and one whose manager does not run, is not", async () => {
  using world = fakeWorld();
  const who = { product: APPD, instance: "default" };
  const { system } = world.context;
  assert.equal(homeOfService(system, who), undefined);
  await installService(world, WISH);
  assert.equal(homeOfService(system, who), "/var/lib/appd");
  assert.equal(homeOfService({ ...system, host: { ...system.host, uid: 1000 } }, who), undefined);
  assert.equal(serviceOf(world.with({ home: "/var/lib/appd/" }).context)?.target.unit, "appd.service");
  assert.equal(serviceOf(world.context), undefined, "another home");
  fs.rmSync(world.at("/run/systemd/system"), { recursive: true });
  assert.deepEqual(installedServices(system, who), []);
});

Deno.test("OpenRC: a script that can be executed, and added to the default runlevel", async () => {
  using world = fakeWorld({ runs: "openrc" });
  const { path } = await installService(world, WISH);
  assert.equal(path, "/etc/init.d/appd");
  assert.equal(fs.statSync(world.at(path)).mode & 0o777, 0o755);
  assert.match(world.read(path), /^#!\/sbin\/openrc-run\n# Made by appd install/);
  assert.deepEqual(world.told.map((line) => line.split(" ")[0]), ["useradd", "rc-update", "rc-update"]);
});

Deno.test("an app is installed under the name that it has for services, beside appd", async () => {
  using world = fakeWorld();
  await installService(world, WISH);
  const service = { unit: "cco-daemon", label: "com.anthropic.cco.daemon" };
  const product = createProduct({ name: "cco", version: "1.0.0", summary: "a caching proxy", service });
  const cco = world.with({ app: { ...APPD_APP, product } });
  const { unit, path } = await installService(cco, { ...WISH, options: { binary: "/usr/local/bin/appd" } });
  assert.deepEqual([unit, path], ["cco-daemon.service", "/etc/systemd/system/cco-daemon.service"]);
  const text = world.read(path);
  for (
    const line of ["Description=cco: a caching proxy", "User=cco", "RuntimeDirectory=cco", "StateDirectory=cco"]
  ) assert.match(text, new RegExp(`^${line}$`, "m"));
  assert.match(text, /^# Made by cco install, removed by cco uninstall: /);
  assert.match(text, /^ExecStart=.* --home \/var\/lib\/cco /m);
  assert.equal(serviceOf(cco.with({ app: cco.context.app, home: "/var/lib/cco" }).context)?.target.unit, unit);
  assert.equal(homeOfService(cco.context.system, { product, instance: "default" }), "/var/lib/cco");
  await uninstallService(cco, GONE);
  assert.deepEqual([world.exists(path), world.exists(UNIT)], [false, true], "appd's is none of cco's");
});

Deno.test("a unit runs the mode that it was installed with, until another install says another one, or everything", async () => {
  using world = fakeWorld();
  const modes = [{ name: "web", summary: "only the page" }];
  const app = world.with({ app: { ...APPD_APP, modes } });
  const start = () => /^ExecStart=(.*)$/m.exec(world.read(UNIT))?.[1]?.split(" --home /var/lib/appd ")[1];
  await installService(app, { ...WISH, options: { mode: "web" } });
  assert.equal(start(), "run --mode web");
  assert.match(world.read(UNIT), /^ExecReload=.* reload$/m);
  assert.equal((await installService(app, WISH)).changed, false, "what was given is kept");
  assert.equal((await installedReports(app, {}))[0]?.differs, false);
  assert.equal(
    serviceOf(app.with({ ...app.context, home: "/var/lib/appd" }).context)?.owned.memory.options.mode,
    "web",
  );
  await installService(app, { ...WISH, options: { mode: "all" } });
  assert.equal(start(), "run");
  assert.doesNotMatch(world.read(UNIT), /"mode"/);
});

Deno.test("without a service manager a dry run shows what would be written for systemd, and an install is refused", async () => {
  using world = fakeWorld({ runs: "none" });
  const before = tree(world);
  const { path, changes, notes } = await installService(world, { ...WISH, dryRun: true });
  assert.equal(path, UNIT);
  assert.ok(changes.includes("+[Service]"), changes.join("\n"));
  assert.ok(notes.includes("no service manager runs here: that is for systemd"), notes.join("\n"));
  assert.deepEqual([tree(world), world.told], [before, []]);
  await refused("notRunning", /no service manager runs here/, () => installService(world, WISH));
  world.write(UNIT, changes.map((line) => line.slice(1)).join("\n") + "\n");
  assert.equal((await installService(world, { ...WISH, dryRun: true })).path, UNIT);
  assert.deepEqual(world.told, []);
});
