/** What `appd generate` makes, run by the real runit, s6 and OpenRC with the compiled binary. Their packages are unpacked. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { dirname } from "node:path";
import { fakeDefinition } from "../../src/service/fake_definition.ts";
import type { Kind } from "../../src/service/definition.ts";
import { render } from "../../src/service/render.ts";
import { unpack } from "../support/debian_packages.ts";
import { BINARY, freePort } from "../support/instance.ts";

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

/** Words that begin a finding in the output of a story; OpenRC leaves its own line open when a command fails. */
const FINDING = /(?:^|\.\.\.)((?:started|status|owner|reload|invalid|again|stopped|graceful|check) .*)$/gm;

/** Tells `story` in a root that is this host with the packages, the service and the binary; gives its findings. */
async function told(packages: string, kind: Kind, story: string): Promise<{ found: string[]; text: string }> {
  const files = fs.mkdtempSync("/tmp/appd-root-");
  fs.chmodSync(files, 0o755); // It becomes the root's.
  try {
    // Its root is its own, the network is the host's, where somebody may have the default port.
    const env = { APPD_SERVER_PORT: `${freePort()}` };
    for (const { path, text, mode } of render(kind, fakeDefinition({ user: "daemon", env }))) {
      fs.mkdirSync(dirname(files + path), { recursive: true });
      fs.writeFileSync(files + path, text, { mode });
    }
    fs.mkdirSync(`${files}/usr/local/bin`, { recursive: true });
    fs.symlinkSync(BINARY, `${files}/usr/local/bin/appd`);
    const lab = new URL("../support/package_root.sh", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command("/usr/bin/timeout", {
      args: ["180", "unshare", "--mount", "--pid", "--fork", "--kill-child", lab, packages, files, PRELUDE + story],
    }).output();
    const text = new TextDecoder().decode(stdout);
    const found = [...text.matchAll(FINDING)].map(([, finding = ""]) => finding);
    return { found, text: text + new TextDecoder().decode(stderr) };
  } finally {
    fs.rmSync(files, { recursive: true });
  }
}

/** Nothing waits longer than 10 s, and what is asked in them; the daemon is asked as its own user. */
const PRELUDE = `
export HOME=/root
appd() { su -s /usr/local/bin/appd daemon -- --home /var/lib/appd "$@"; }
wait_for() { i=0; until "$@" >/dev/null 2>&1; do i=$((i + 1)); [ $i -lt 200 ] || return 1; sleep 0.05; done; }
healthy() { appd health; }
another() { healthy && [ "$(cat /var/lib/appd/daemon.pid)" != "$first" ]; }
crash() { first=$(cat /var/lib/appd/daemon.pid); kill -KILL "$first"; wait_for another; }
`;

const RUNIT_STORY = `
runsv /etc/sv/appd & runsv=$!
wait_for healthy; echo "started $?"
sv -w 30 check /etc/sv/appd >/dev/null; echo "check $?"
stat -c 'owner %U %a' /var/lib/appd
crash; echo "again $?"
printf '[server]\\nport = 99999\\n' >/var/lib/appd/config.toml
sv -w 1 restart /etc/sv/appd
down() { sv status /etc/sv/appd | grep '^down'; }
wait_for down; echo "invalid $?"
wait_for grep 99999 /var/log/appd/current; echo "graceful $?"
sv -w 10 exit /etc/sv/appd; wait $runsv; echo "stopped $?"
`;

Deno.test({
  name: "runit starts it, restarts it after a crash, and leaves it after an invalid configuration",
  ignore: Deno.uid() !== 0,
  fn: (test) =>
    withPackages(test, ["runit"], async (root) => {
      const { found, text } = await told(root, "runit", RUNIT_STORY);
      const expected = ["started 0", "check 0", "owner daemon 700", "again 0", "invalid 0", "graceful 0", "stopped 0"];
      assert.deepEqual(found, expected, text);
    }),
});

const S6_STORY = `
cd /etc/s6/sv && s6-supervise appd & supervise=$!
cd /etc/s6/sv
wait_for s6-svok appd
s6-svwait -U -t 20000 appd; echo "started $?"
stat -c 'owner %U %a' /var/lib/appd
healthy; echo "status $?"
crash; echo "again $?"
s6-svwait -U -t 20000 appd; echo "check $?"
s6-svc -d appd; s6-svwait -D -t 45000 appd; echo "stopped $?"
s6-svc -xd appd; wait $supervise
`;

Deno.test({
  name: "s6 starts it, is told when it is ready, restarts it after a crash, and stops it",
  ignore: Deno.uid() !== 0,
  fn: (test) =>
    withPackages(test, ["s6", "libs6-2.11", "libskarnet2.13", "libexecline2.9", "execline"], async (root) => {
      const { found, text } = await told(root, "s6", S6_STORY);
      const expected = ["started 0", "owner daemon 700", "status 0", "again 0", "check 0", "stopped 0"];
      assert.deepEqual(found, expected, text);
    }),
});

const OPENRC_STORY = `
# What OpenRC's own boot would have made, and what Debian's patches want to read.
for name in starting started stopping inactive wasinactive failed hotplugged daemons options exclusive scheduled tmp; do
  mkdir -p "/run/openrc/$name"
done
touch /run/openrc/softlevel /etc/insserv.conf
mkdir -p /etc/insserv.conf.d /etc/insserv/overrides
rc-service appd start && wait_for healthy; echo "started $?"
rc-service appd status; echo "status $?"
stat -c 'owner %U %a' /var/lib/appd
rc-service appd reload; echo "reload $?"
echo '[server' >/var/lib/appd/config.toml; rc-service appd reload; echo "invalid $?"
rm /var/lib/appd/config.toml
crash; echo "again $?"
rc-service appd stop; echo "stopped $?"
grep -c 'shutdown complete' /var/lib/appd/daemon.log | sed 's/^/graceful /'
`;

Deno.test({
  name:
    "OpenRC starts it by supervise-daemon, reloads it with the real result, restarts it after a crash, and stops it",
  ignore: Deno.uid() !== 0,
  fn: (test) =>
    withPackages(test, ["openrc", "librc1", "libeinfo1"], async (root) => {
      const { found, text } = await told(root, "openrc", OPENRC_STORY);
      const before = ["started 0", "status 0", "owner daemon 700", "reload 0", "invalid 78"];
      assert.deepEqual(found, [...before, "again 0", "stopped 0", "graceful 1"], text);
    }),
});
