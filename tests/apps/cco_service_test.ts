/** cco as a service: what would be installed, on the compiled binary. The real systemd is in tests/systemd. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import type { Instance } from "../support/instance.ts";
import { cco, configure, ok } from "./cco_lab.ts";

/** What `generate` writes under the name that a service manager looks for. */
async function generated(instance: Instance, kind: string, name: string): Promise<string> {
  const directory = join(instance.home, "generated");
  await ok(instance, "generate", kind, "--output", directory, "--force");
  return fs.readFileSync(join(directory, name), "utf8");
}

Deno.test("S2 Linux systemd, S2 Platform Support: the user's unit is cco-daemon.service, restarted after ten seconds or what the file says, in the user's session", async () => {
  await using instance = cco();
  const unit = await generated(instance, "systemd-user", "cco-daemon.service");
  assert.match(unit, /^ExecStart=\S*\/dist\/cco .*\brun$/m);
  assert.match(unit, /^Restart=/m);
  assert.match(unit, /^RestartSec=10$/m);
  assert.match(unit, /^WantedBy=default\.target$/m);
  configure(instance, '[daemon]\nrestart_delay = "3s"');
  assert.match(await generated(instance, "systemd-user", "cco-daemon.service"), /^RestartSec=3$/m);
});

Deno.test("S2 macOS LaunchAgent, S2 Cross-Platform Support: the agent com.anthropic.cco.daemon runs at load and after a failure, its output in a log", async () => {
  await using instance = cco();
  const plist = await generated(instance, "launchd-agent", "com.anthropic.cco.daemon.plist");
  assert.match(plist, /<key>Label<\/key>\s*<string>com\.anthropic\.cco\.daemon<\/string>/);
  assert.match(plist, /<key>RunAtLoad<\/key>\s*<true\/>/);
  assert.match(plist, /<key>KeepAlive<\/key>\s*<dict>\s*<key>SuccessfulExit<\/key>\s*<false\/>/);
  assert.match(plist, /<key>ThrottleInterval<\/key>\s*<integer>10<\/integer>/);
  for (const stream of ["StandardOutPath", "StandardErrorPath"]) {
    const [, path] = new RegExp(`<key>${stream}</key>\\s*<string>([^<]*)</string>`).exec(plist) ?? [];
    assert.equal(path, join(instance.home, "daemon.err"), `${stream}: what the runtime prints, beside the log`);
  }
  assert.match(plist, /<key>CCO_LOG_OUTPUTS<\/key>\s*<string>file<\/string>/);
});

Deno.test("S2 Windows Support: the file of a service for Windows is generated", async () => {
  await using instance = cco();
  assert.match(await ok(instance, "generate", "winsw"), /<id>cco-daemon<\/id>/);
});

Deno.test("S2 Service Manager Trait: whether it is installed is asked without changing anything", async () => {
  await using instance = cco();
  const { code, stdout, stderr } = await instance.run(["daemon", "is-installed", "--user"]);
  assert.equal(code, 1, stdout + stderr);
});
