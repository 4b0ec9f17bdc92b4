/** devtrack's own configuration file and its service, as its document (S1) has them; each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { dirname, join } from "node:path";
import { devtrack, RARELY } from "../support/devtrack.ts";

const EXAMPLE = new URL("../../examples/devtrack/config.toml", import.meta.url).pathname;

Deno.test("S1 Configuration: repositories, S1 Configuration: settings, S1 Configuration: integrations: the example's file is valid, and so it is with all that it leaves out", async () => {
  await using app = devtrack();
  const file = join(dirname(app.home), "example.toml");
  const check = async (text: string) => {
    fs.writeFileSync(file, text);
    const { code, stdout, stderr } = await app.run(["config", "check", "--config", file]);
    assert.equal(code, 0, stdout + stderr);
    return stderr;
  };
  const text = fs.readFileSync(EXAMPLE, "utf8");
  assert.equal(await check(text), "");
  const get = async (key: string) => (await app.run(["config", "get", key, "--config", file])).stdout.trim();
  assert.deepEqual(await Promise.all(["settings.prompt_interval", "settings.auto_sync"].map(get)), ["180", "true"]);
  assert.equal(await get("timezone"), "Asia/Kolkata");
  const whole = text.replaceAll(/^# (?=\[\[|\w+ = )/gm, "");
  assert.match(whole, /^\[\[repository\]\]\nname = "myproject"[\s\S]*^command = /m);
  assert.match(await check(whole), /"\/path\/to\/repo"/);
});

Deno.test("S1 Configuration: settings: the example's file is one that the daemon runs with", async () => {
  await using app = devtrack();
  app.write(`[server]\nport = ${app.port}\n${fs.readFileSync(EXAMPLE, "utf8")}`);
  await app.start();
  const { scheduler } = await app.status();
  assert.deepEqual([scheduler.interval_s, scheduler.work_hours.hours, scheduler.work_hours.timezone], [
    180 * 60,
    "9:00 - 18:00",
    "Asia/Kolkata",
  ]);
});

Deno.test("S1 Configuration: version: a version as in the document, 1.0.0, is refused with what to write", async () => {
  await using app = devtrack();
  const write = (version: string) => app.write(`version = ${version}\n[server]\nport = ${app.port}\n${RARELY}`);
  write('"1.0.0"');
  const { code, stderr } = await app.run(["config", "check"]);
  assert.equal(code, 78);
  assert.match(stderr, /config\.toml:1:11: version is "1\.0\.0", .*1/);
  write("1");
  assert.equal((await app.run(["config", "check"])).code, 0);
});

Deno.test("S1 Next Steps: auto-start on boot, S1 Next Steps: service files: an install would write a unit that begins at boot", async () => {
  await using app = devtrack(RARELY);
  const { code, stdout, stderr } = await app.run(["install", "--dry-run", "--user"]);
  assert.equal(code, 0, stderr);
  const path = join(dirname(app.home), ".config/systemd/user/devtrack.service");
  assert.ok((stdout + stderr).includes(`would write "${path}"`), stdout + stderr);
  assert.match(stdout, /^ExecStart=.*\/devtrack.* run$/m);
  assert.match(stdout, /^WantedBy=default\.target$/m);
  assert.ok(!fs.existsSync(path));
});
