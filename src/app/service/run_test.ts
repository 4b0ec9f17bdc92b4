import assert from "node:assert/strict";
import { AppdError } from "../../base/errors.ts";
import type { ExitName } from "../../base/exit_codes.ts";
import { targetAt } from "../../service/manager_commands.ts";
import { type FakeWorld, fakeWorld } from "./fake_world.ts";
import { ask, refusal } from "./ports.ts";
import { serviceLine } from "./service_status.ts";
import { startService } from "./start_service.ts";
import { stopService } from "./stop_service.ts";
import { unitState } from "./unit_state.ts";

const PLACE = {
  manager: "systemd",
  scope: "system",
  service: "appd",
  label: "com.appd.daemon",
  userHome: "/root",
  uid: 0,
} as const;
const TARGET = targetAt(PLACE);

/** A fake host whose instance's home is really there, because locks are the kernel's. */
function worldWithHome(): FakeWorld {
  const world = fakeWorld();
  world.write("/var/lib/appd/config.toml", "");
  return world.with({ home: world.at("/var/lib/appd") });
}

async function startError(world: FakeWorld, journal: string): Promise<AppdError> {
  world.fails.set("start appd.service", "Job for appd.service failed because the control process exited.");
  const run: FakeWorld["run"] = (command) => {
    if (command.command[0] !== "journalctl") return world.run(command);
    return Promise.resolve({ code: 0, stdout: new TextEncoder().encode(journal), stderr: "", cut: null });
  };
  const error = await startService({ ...world, run }, TARGET).then(() => undefined, (thrown) => thrown);
  assert.ok(error instanceof AppdError);
  return error;
}

Deno.test("a start that fails says what the daemon said, with its frame, hint and exit code", async () => {
  const old = "appd: an older error\n";
  const table: [string, string, number, string, string | undefined][] = [
    [
      `${old}appd: cannot bind "127.0.0.1:80": taken\nhint: choose another\n`,
      "69",
      69,
      `cannot bind "127.0.0.1:80": taken`,
      "choose another",
    ],
    [
      "appd: cannot load: c.toml:2\n2 | port = 70000\n  |        ^^^^^\n",
      "78",
      78,
      "cannot load: c.toml:2\n2 | port = 70000\n  |        ^^^^^",
      undefined,
    ],
    [
      "appd: cannot load: c.toml:2\n2 | port\n  | ^^^\nhint: look\nsomething else\n",
      "78",
      78,
      "cannot load: c.toml:2\n2 | port\n  | ^^^",
      "look",
    ],
    [
      "",
      "99",
      1,
      `cannot start "appd.service": the daemon did not come up (exit-code, exit code 99)`,
      "see: journalctl --unit appd.service",
    ],
  ];
  for (const [journal, status, code, message, hint] of table) {
    using world = worldWithHome();
    Object.assign(world.unit, { Result: "exit-code", ExecMainStatus: status });
    const error = await startError(world, journal);
    assert.deepEqual([error.message, error.hint, error.exitCode], [message, hint, code]);
  }
});

Deno.test("a stop goes to the manager where the service runs, and never starts the daemon's own", async () => {
  using world = worldWithHome();
  Object.assign(world.unit, { ActiveState: "activating", Result: "signal" }); // Between two crashes.
  const stopped = await stopService(world, TARGET);
  assert.deepEqual([stopped.was, stopped.service, world.told], ["not running", "appd.service", [
    "systemctl stop appd.service",
  ]]);
  assert.deepEqual([(await stopService(world, TARGET)).was, world.told.length], ["not running", 1]);
});

Deno.test("a stop that is late kills, and waits for the end of it", async () => {
  using world = worldWithHome();
  Object.assign(world.unit, { ActiveState: "active", MainPID: "4711", Result: "signal" });
  let first = true;
  const run: FakeWorld["run"] = async (command) => {
    const result = await world.run(command);
    if (!command.command.includes("stop") || !first) return result;
    first = false;
    assert.equal(command.limitMs, 500);
    return { ...result, code: null, cut: "time" };
  };
  const stopped = await stopService({ ...world, run }, TARGET, { timeoutMs: 500 });
  assert.deepEqual([stopped.how, stopped.pid], ["forced", 4711]);
  assert.deepEqual(world.told.map((line) => line.split(" ")[1]), ["stop", "kill", "stop"]);
});

Deno.test("status names the service, and a daemon that runs beside it", async () => {
  using world = worldWithHome();
  const line = async (pid: number | null, state: "ready" | "stopped") =>
    (await serviceLine(world, TARGET, { pid, state })).text;
  Object.assign(world.unit, { ActiveState: "active", UnitFileState: "enabled", MainPID: "7" });
  assert.equal(await line(7, "ready"), "appd.service (system, enabled, active)");
  assert.match(await line(8, "ready"), /active\); the daemon runs outside it.*appd restart$/);
  Object.assign(world.unit, { ActiveState: "inactive", MainPID: "0", UnitFileState: "disabled" });
  assert.match(await line(8, "ready"), /^appd.service \(system, disabled, inactive\); the daemon runs outside/);
  assert.equal(await line(null, "stopped"), "appd.service (system, disabled, inactive)");
});

Deno.test("what a tool says against it has the exit code of its kind", () => {
  const table: [string, ExitName, RegExp | undefined][] = [
    ["Failed to enable unit: Access denied\nmore", "noPermission", /^as root: sudo systemctl --user enable x$/],
    ["Failed to start x: Interactive authentication required.", "noPermission", /sudo/],
    ["Failed to connect to bus: No medium found", "unavailable", /enable-linger/],
    ["Unit x not found.", "generic", undefined],
    ["", "generic", undefined],
  ];
  for (const [stderr, exit, hint] of table) {
    const words = ["systemctl", "--user", "--no-pager", "enable", "x"];
    const error = refusal(words, { code: 4, stdout: "", stderr, late: false });
    assert.equal(error.exit, exit, stderr);
    assert.match(error.message, stderr === "" ? /exit code 4$/ : /^cannot run "systemctl --user enable x": /);
    if (hint === undefined) assert.equal(error.hint, undefined);
    else assert.match(error.hint ?? "", hint);
  }
});

Deno.test("a tool that is not there is said so, and a manager that cannot be asked is unknown", async () => {
  using world = fakeWorld();
  const run: FakeWorld["run"] = () => Promise.reject(Object.assign(new Error("gone"), { code: "ENOENT" }));
  const error = await ask({ ...world, run }, ["systemctl", "x"]).then(() => undefined, (thrown) => thrown);
  assert.deepEqual([error instanceof AppdError, error?.exit], [true, "unavailable"]);
  assert.equal((await unitState({ ...world, run }, TARGET)).active, "unknown");
});

Deno.test("launchd and OpenRC are asked in their own words", async () => {
  using world = fakeWorld();
  const says = (answers: Record<string, [number, string]>): FakeWorld["run"] => ({ command }) => {
    const [code, text] = answers[command[1] ?? ""] ?? answers[command[2] ?? ""] ?? [1, ""];
    return Promise.resolve({ code, stdout: new TextEncoder().encode(text), stderr: "", cut: null });
  };
  const launchd = targetAt({ ...PLACE, manager: "launchd" });
  const on = says({ print: [0, "com.appd.daemon = {\n\tstate = running\n\tpid = 42\n}"], "print-disabled": [0, ""] });
  const { active, pid, enabled } = await unitState({ ...world, run: on }, launchd);
  assert.deepEqual([active, pid, enabled], ["active", 42, true]);
  const off = says({ print: [113, ""], "print-disabled": [0, `\t"com.appd.daemon" => disabled\n`] });
  const stopped = await unitState({ ...world, run: off }, launchd);
  assert.deepEqual([stopped.active, stopped.enabled], ["inactive", false]);
  const openrc = targetAt({ ...PLACE, manager: "openrc" });
  world.write("/etc/runlevels/default/appd", "");
  for (const [code, wanted] of [[0, "active"], [3, "inactive"], [32, "failed"]] as const) {
    const state = await unitState({ ...world, run: says({ status: [code, ""] }) }, openrc);
    assert.deepEqual([state.active, state.enabled], [wanted, true]);
  }
});
