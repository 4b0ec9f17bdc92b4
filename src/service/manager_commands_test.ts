import assert from "node:assert/strict";
import { fakeDefinition } from "./fake_definition.ts";
import { type Action, kindFor, type Manager, managerCommands, targetAt } from "./manager_commands.ts";
import { render } from "./render.ts";

const WHO = { service: "appd", label: "com.appd.daemon", userHome: "/home/u", uid: 1000 };
const CASES: [Manager, "system" | "user"][] = [
  ["systemd", "system"],
  ["systemd", "user"],
  ["launchd", "system"],
  ["launchd", "user"],
  ["openrc", "system"],
];

Deno.test("a service is looked for where its renderer puts it", () => {
  for (const [manager, scope] of CASES) {
    for (const instance of [undefined, "web"]) {
      const target = targetAt({ ...WHO, manager, scope, instance });
      const name = instance === undefined ? "appd" : `appd-${instance}`;
      const definition = fakeDefinition({ name, instance, scope, userHome: "/home/u", profile: "plain" });
      assert.equal(render(kindFor(target), definition)[0]?.path, target.path);
    }
  }
});

Deno.test("a service with a name of its own has it for every manager, and an instance beside it", () => {
  const own = { ...WHO, service: "cco-daemon", label: "com.anthropic.cco.daemon" };
  const table: readonly (readonly [Manager, string | undefined, string])[] = [
    ["systemd", undefined, "cco-daemon.service"],
    ["systemd", "web", "cco-daemon-web.service"],
    ["launchd", undefined, "com.anthropic.cco.daemon"],
    ["launchd", "web", "com.anthropic.cco.web"],
    ["openrc", undefined, "cco-daemon"],
  ];
  for (const [manager, instance, unit] of table) {
    assert.equal(targetAt({ ...own, manager, scope: "system", instance }).unit, unit);
  }
});

function lines(manager: Manager, scope: "system" | "user", action: Action): string[] {
  const target = targetAt({ ...WHO, manager, scope, instance: "web" });
  return managerCommands(target)[action].map(({ words, mayFail }) => words.join(" ") + (mayFail ? " || true" : ""));
}

Deno.test("what each service manager is told", () => {
  const quiet = "--no-pager --no-ask-password";
  const table: [Manager, "system" | "user", Action, string[]][] = [
    ["systemd", "system", "reread", [`systemctl ${quiet} daemon-reload`]],
    ["systemd", "system", "enable", [`systemctl ${quiet} enable appd-web.service`]],
    ["systemd", "user", "start", [`systemctl --user ${quiet} start appd-web.service`]],
    ["systemd", "user", "forget", [`systemctl --user ${quiet} reset-failed appd-web.service || true`]],
    ["launchd", "user", "start", [
      "launchctl bootstrap gui/1000 /home/u/Library/LaunchAgents/com.appd.web.plist || true",
      "launchctl kickstart gui/1000/com.appd.web",
    ]],
    ["launchd", "system", "disable", ["launchctl disable system/com.appd.web"]],
    ["launchd", "system", "reread", []],
    ["openrc", "system", "enable", ["rc-update add appd-web default"]],
    ["openrc", "system", "restart", ["rc-service appd-web restart"]],
  ];
  for (const [manager, scope, action, wanted] of table) {
    assert.deepEqual(lines(manager, scope, action), wanted, `${manager} ${scope} ${action}`);
  }
});
