import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { fakeDefinition } from "./fake_definition.ts";
import type { Kind, ServiceDefinition } from "./definition.ts";
import { render } from "./render.ts";

type More = Partial<ServiceDefinition>;

/** The settings of a unit, comments left out. */
function lines(more: More = {}, kind: Kind = "systemd"): string[] {
  const [file] = render(kind, fakeDefinition(more));
  return (file?.text ?? "").split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

function has(settings: readonly string[], ...wanted: readonly string[]): void {
  for (const one of wanted) assert.ok(settings.includes(one), `${one} is missing in\n${settings.join("\n")}`);
}

function hasNot(settings: readonly string[], ...keys: readonly string[]): void {
  for (const key of keys) assert.deepEqual(settings.filter((line) => line.startsWith(`${key}=`)), []);
}

Deno.test("the contract: notify, no PID file, mixed, the deadline plus 15 s, watchdog, no restart that cannot help", () => {
  const unit = lines();
  has(unit, "Type=notify", "NotifyAccess=main", "KillMode=mixed", "TimeoutStopSec=45", "WatchdogSec=30");
  has(unit, "Restart=on-failure", "RestartSec=2", "RestartPreventExitStatus=2 77 78", "StartLimitIntervalSec=0");
  has(unit, "ExecStart=/usr/local/bin/appd --home /var/lib/appd run");
  has(unit, "ExecReload=/usr/local/bin/appd --home /var/lib/appd reload", "WantedBy=multi-user.target");
  hasNot(unit, "PIDFile", "MemoryDenyWriteExecute", "DynamicUser");
});

Deno.test("every directive stands under a reason", () => {
  for (const profile of ["dedicated", "jobs", "root"] as const) {
    const user = profile === "root" ? undefined : "appd";
    const [file] = render("systemd", fakeDefinition({ profile, user }));
    const service = file?.text.split("[Service]\n")[1]?.split("\n\n[Install]")[0] ?? "";
    for (const block of service.split("\n\n")) assert.match(block, /^(# [^\n]+\n)*# [^\n]+\.$/m, block);
  }
});

Deno.test("programs that outlive a crash are not killed with the daemon", () => {
  has(lines({ keepPrograms: true }), "KillMode=process");
  for (const profile of ["dedicated", "jobs"] as const) {
    has(lines({ profile, user: "appd" }), "PrivateUsers=yes");
    has(lines({ profile, user: "appd", keepPrograms: true }), "PrivateUsers=no"); // It could not see what it takes over.
  }
});

Deno.test("a home in /var/lib is systemd's to make, another one is made writable", () => {
  has(lines(), "StateDirectory=appd", "StateDirectoryMode=0700");
  has(lines({ instance: "web", name: "appd-web" }), "StateDirectory=appd/web", "RuntimeDirectory=appd-web");
  const other = lines({ home: "/data/a b%" });
  has(other, 'ReadWritePaths="-/data/a b%%"');
  hasNot(other, "StateDirectory");
  hasNot(lines({ home: "/var/lib/a b" }), "StateDirectory");
});

Deno.test("what is in a home or in /tmp stays visible", () => {
  has(lines(), "ProtectHome=yes", "PrivateTmp=yes");
  has(lines({ binary: "/home/me/appd" }), "ProtectHome=read-only");
  has(lines({ configFile: "/root/appd.toml" }), "ProtectHome=read-only");
  hasNot(lines({ home: "/tmp/x" }), "PrivateTmp");
});

Deno.test("a configuration below /etc is known to systemd", () => {
  const unit = lines({ configFile: "/etc/appd/config.toml" });
  has(unit, "ConfigurationDirectory=appd");
  has(unit, "ExecStart=/usr/local/bin/appd --home /var/lib/appd --config /etc/appd/config.toml run");
});

Deno.test("a template takes its name as the instance", () => {
  const unit = lines({}, "systemd-template");
  has(unit, "ExecStart=/usr/local/bin/appd --home /var/lib/appd --name %i run", "StateDirectory=appd/%i");
  assert.equal(render("systemd-template", fakeDefinition())[0]?.path, "/etc/systemd/system/appd@.service");
});

Deno.test("a user's unit is at home in every home, and asks for nothing that only root can have", () => {
  const more: More = { profile: "plain", userHome: "/home/me", home: "/home/me/.appd", user: undefined };
  const unit = lines(more, "systemd-user");
  has(unit, "ExecStart=/usr/local/bin/appd --home %h/.appd run", "WantedBy=default.target");
  hasNot(unit, "User", "ProtectSystem", "StateDirectory", "After");
  const [file] = render("systemd-user", fakeDefinition(more));
  assert.equal(file?.path, "/home/me/.config/systemd/user/appd.service");
  has(lines({ ...more, profile: "dedicated" }, "systemd-user"), "NoNewPrivileges=yes");
});

Deno.test("environment, user and group", () => {
  const unit = lines({ env: { A: "x y", B: "$5%" }, user: "me", group: "staff" });
  has(unit, 'Environment="A=x y"', 'Environment="B=$5%%"', "User=me", "Group=staff");
});

Deno.test("what systemd would refuse or what contradicts itself is a usage error with a way out", () => {
  const bad: readonly [More, RegExp][] = [
    [{ binary: "/opt/a'b" }, /quote or backslash/],
    [{ binary: "/opt/a\\b" }, /quote or backslash/],
    [{ profile: "root", user: "me" }, /profile root runs as root/],
    [{ profile: "dedicated", user: undefined }, /needs a user of its own/],
    [{ profile: "jobs", user: "root" }, /needs a user of its own/],
    [{ scope: "user", profile: "jobs" }, /not for the service manager of a user/],
  ];
  for (const [more, message] of bad) {
    assert.throws(() => lines(more), (error) => {
      assert.ok(error instanceof AppdError && error.exit === "usage" && error.hint !== undefined);
      return message.test(error.message);
    });
  }
});
