/** What `appd generate` makes, run by the real runit, s6 and OpenRC with the compiled binary. Their packages are unpacked. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { fakeDefinition } from "../../src/service/fake_definition.ts";
import type { Kind } from "../../src/service/definition.ts";
import { render } from "../../src/service/render.ts";
import { unpack } from "../support/debian_packages.ts";
import { BINARY, Instance, until } from "../support/instance.ts";

/** Runs `test` with the packages, or shows that and why it is skipped. */
async function withPackages(test: Deno.TestContext, names: readonly string[], body: (root: string) => Promise<void>) {
  const packages = await unpack(names);
  const skipped = typeof packages === "string";
  await test.step({
    name: skipped ? `${names[0]} (skipped: ${packages})` : `with the real ${names[0]}`,
    ignore: skipped,
    async fn() {
      if (skipped) return;
      using unpacked = packages;
      await body(unpacked.root);
    },
  });
}

/** The service directory of an instance, its log beside it instead of in /var/log. */
function serviceDirectory(kind: Kind, instance: Instance): string {
  const definition = fakeDefinition({ binary: BINARY, home: instance.home, user: undefined, profile: "root" });
  for (const { name, text, mode } of render(kind, definition)) {
    const path = join(instance.home, "sv", name);
    fs.mkdirSync(join(path, ".."), { recursive: true });
    fs.writeFileSync(path, text.replaceAll("/var/log/appd", join(instance.home, "sv/logs")), { mode });
  }
  return join(instance.home, "sv/appd");
}

function tools(root: string) {
  const env = {
    PATH: `${root}/usr/bin:${root}/bin:/usr/bin:/bin`,
    LD_LIBRARY_PATH: `${root}/usr/lib/${Deno.build.arch}-linux-gnu:${root}/lib/${Deno.build.arch}-linux-gnu`,
  };
  const run = async (program: string, ...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command("/usr/bin/env", { args: [program, ...args], env }).output();
    return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  };
  const spawn = (program: string, ...args: string[]) =>
    new Deno.Command("/usr/bin/env", { args: [program, ...args], env, stdout: "null", stderr: "null" }).spawn();
  return { run, spawn };
}

/** The daemon answers and has another PID than `before`. */
async function runsAnew(instance: Instance, before: number): Promise<number> {
  let pid = before;
  await until("a new daemon", async () => {
    const status = await instance.status();
    pid = status.pid ?? before;
    return pid !== before && status.state === "ready";
  });
  return pid;
}

Deno.test("runit starts it, knows when it is well, restarts it after a crash, and leaves it after an invalid configuration", (test) =>
  withPackages(test, ["runit"], async (root) => {
    await using instance = new Instance();
    const directory = serviceDirectory("runit", instance);
    const { run, spawn } = tools(root);
    const runsv = spawn("runsv", directory);
    try {
      const pid = await runsAnew(instance, 0);
      assert.deepEqual((await run("sv", "-w", "20", "check", directory)).code, 0);
      Deno.kill(pid, "SIGKILL");
      await runsAnew(instance, pid);
      fs.writeFileSync(join(instance.home, "config.toml"), "[server]\nport = 99999\n");
      await run("sv", "-w", "1", "restart", directory);
      await until("given up", async () => /^down/.test((await run("sv", "status", directory)).text));
      const log = join(instance.home, "sv/logs/current");
      await until("the reason in the log", () => fs.readFileSync(log, "utf8").includes("99999"));
    } finally {
      await run("sv", "-w", "45", "exit", directory);
      await runsv.status;
    }
  }));

Deno.test("s6 starts it, is told when it is ready, restarts it after a crash, and stops it", (test) =>
  withPackages(test, ["s6", "libs6-2.11", "libskarnet2.13", "libexecline2.9", "execline"], async (root) => {
    await using instance = new Instance();
    const directory = serviceDirectory("s6", instance);
    const { run, spawn } = tools(root);
    const supervise = spawn("s6-supervise", directory);
    try {
      await until("the supervisor", async () => (await run("s6-svok", directory)).code === 0);
      // s6-svwait would need a program of its package at its place in /usr.
      const says = (field: string) => async () => (await run("s6-svstat", "-o", field, directory)).text === "true\n";
      await until("told that it is ready", says("ready"));
      const { pid, state } = await instance.status();
      assert.equal(state, "ready");
      Deno.kill(pid, "SIGKILL");
      await runsAnew(instance, pid);
      await run("s6-svc", "-d", directory);
      await until("down", async () => !await says("up")());
      assert.equal((await instance.status()).state, "stopped");
    } finally {
      await run("s6-svc", "-xd", directory);
      await supervise.status;
    }
  }));

/** In the root of its own; each line of output is one finding. */
const OPENRC_STORY = `
appd() { su -s /usr/local/bin/appd daemon -- --home /var/lib/appd "$@"; }
settled() { i=0; until appd health >/dev/null 2>&1; do i=$((i + 1)); [ $i -lt 200 ] || return 1; sleep 0.05; done; }
rc-service appd start && settled; echo "started $?"
rc-service appd status; echo "status $?"
stat -c 'owner %U %a' /var/lib/appd
rc-service appd reload; echo "reload $?"
echo '[server' >/var/lib/appd/config.toml; rc-service appd reload; echo "invalid $?"
rm /var/lib/appd/config.toml
first=$(cat /var/lib/appd/daemon.pid); kill -KILL "$first"
i=0; while [ "$(cat /var/lib/appd/daemon.pid)" = "$first" ] && [ $i -lt 200 ]; do i=$((i + 1)); sleep 0.05; done
settled; echo "again $?"
rc-service appd stop; echo "stopped $?"
grep -c 'shutdown complete' /var/lib/appd/daemon.log | sed 's/^/graceful /'
`;

Deno.test({
  name:
    "OpenRC starts it by supervise-daemon, reloads it with the real result, restarts it after a crash, and stops it",
  ignore: Deno.uid() !== 0,
  fn: (test) =>
    withPackages(test, ["openrc", "librc1", "libeinfo1"], async (root) => {
      const directory = fs.mkdtempSync("/tmp/appd-openrc-");
      try {
        const script = join(directory, "appd");
        fs.writeFileSync(script, render("openrc", fakeDefinition({ user: "daemon" }))[0]?.text ?? "");
        const lab = new URL("../support/openrc_root.sh", import.meta.url).pathname;
        const { stdout, stderr } = await new Deno.Command("/usr/bin/timeout", {
          args: [
            "90",
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            lab,
            root,
            script,
            BINARY,
            OPENRC_STORY,
          ],
        }).output();
        const text = new TextDecoder().decode(stdout);
        // OpenRC leaves its line open when a command fails.
        const lines = text.matchAll(
          /(?:^|\.\.\.)((?:started|status|owner|reload|invalid|again|stopped|graceful) .*)$/gm,
        );
        const found = [...lines].map((match) => match[1]);
        assert.deepEqual(
          found,
          ["started 0", "status 0", "owner daemon 700", "reload 0", "invalid 78", "again 0", "stopped 0", "graceful 1"],
          text + new TextDecoder().decode(stderr),
        );
      } finally {
        fs.rmSync(directory, { recursive: true });
      }
    }),
});
