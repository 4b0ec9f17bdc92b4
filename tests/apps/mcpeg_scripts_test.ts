/** mcpeg as its document (S3) has it: the management scripts. Each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import type { Instance } from "../support/instance.ts";
import { mcpeg, upstream, whenServer } from "../support/mcp.ts";

const EXAMPLE = fs.realpathSync(new URL("../../examples/mcpeg", import.meta.url));

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(words: readonly string[], env: Record<string, string>): Promise<Said> {
  const [program = "", ...args] = words;
  const signal = AbortSignal.timeout(60_000);
  const { code, stdout, stderr } = await new Deno.Command(program, { args, clearEnv: true, env, signal }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Runs one of the scripts on an instance. */
function script(app: Instance, name: string, ...args: string[]): Promise<Said> {
  return run([join(EXAMPLE, "deploy", name), ...args], app.env({ MCPEG: app.binary }));
}

Deno.test("S3 mcpeg-start.sh, S3 mcpeg-status.sh, S3 mcpeg-restart.sh, S3 mcpeg-stop.sh: thin over the binary", async () => {
  await using app = mcpeg(upstream("docs"));
  assert.equal((await script(app, "mcpeg-status.sh")).code, 3);
  assert.equal((await script(app, "mcpeg-start.sh")).code, 0);
  const pid = app.pid();
  await whenServer(app, "docs");
  const shown = await script(app, "mcpeg-status.sh");
  assert.equal(shown.code, 0);
  assert.match(shown.stdout, /^docs +ready +stdio/m);
  assert.equal((await script(app, "mcpeg-restart.sh")).code, 0);
  assert.notEqual(app.pid(), pid);
  assert.equal((await script(app, "mcpeg-stop.sh", "--timeout", "10s")).code, 0);
  assert.deepEqual(app.daemons(), []);
});

Deno.test("S3 mcpeg-status.sh: takes the options of status, and is one document with --json", async () => {
  await using app = mcpeg(upstream("docs"));
  const stopped = await script(app, "mcpeg-status.sh", "--json");
  assert.deepEqual([stopped.code, JSON.parse(stopped.stdout).servers, stopped.stderr], [3, null, ""]);
  assert.equal(JSON.parse(stopped.stdout).status.state, "stopped");
  await app.start();
  await whenServer(app, "docs");
  const strict = await script(app, "mcpeg-status.sh", "--strict", "--home", app.home);
  assert.deepEqual([strict.code, strict.stderr], [0, ""]);
  assert.match(strict.stdout, /^docs +ready +stdio/m);
  const { code, stdout } = await script(app, "mcpeg-status.sh", "--strict", "--json", `--home=${app.home}`);
  const { status, servers } = JSON.parse(stdout);
  assert.deepEqual([code, status.pid, servers.servers[0].name], [0, app.pid(), "docs"]);
  for (const args of [["--nonsense"], ["--json", "--nonsense"]]) {
    const wrong = await script(app, "mcpeg-status.sh", ...args);
    assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
    assert.match(wrong.stderr, /--nonsense/);
  }
});

for (
  const [name, exit] of [
    ["mcpeg-start.sh", 69],
    ["mcpeg-stop.sh", 69],
    ["mcpeg-restart.sh", 69],
    ["mcpeg-status.sh", 4],
    ["install-service.sh", 69],
  ] as const
) {
  Deno.test(`S3 ${name}: without a binary it says what is missing, and what to do`, async () => {
    await using app = mcpeg();
    const missing = join(app.home, "nowhere/mcpeg");
    const { code, stdout, stderr } = await run([join(EXAMPLE, "deploy", name)], app.env({ MCPEG: missing }));
    assert.deepEqual([code, stdout], [exit, ""]);
    const [line = "", hint = "", ...rest] = stderr.trim().split("\n");
    assert.match(line, new RegExp(`^${name.replace(".sh", "")}: cannot \\w+ "${missing}": there is no such program$`));
    assert.match(hint, /^hint: compile it: scripts\/compile\.sh examples\/mcpeg\/mcpeg\.ts, or name one: MCPEG=FILE /);
    assert.deepEqual(rest, []);
  });
}

Deno.test("S3 install-service.sh: --dry-run says what would be done, and changes nothing", async () => {
  await using app = mcpeg();
  const place = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "mcpeg-install-"));
  try {
    const home = join(place, "home");
    fs.mkdirSync(home);
    fs.chmodSync(place, 0o755);
    fs.cpSync(join(EXAMPLE, "deploy"), join(place, "deploy"), { recursive: true });
    for (const [from, to] of [[app.binary, "mcpeg"], [join(EXAMPLE, "config.toml"), "config.toml"]] as const) {
      fs.copyFileSync(from, join(place, to));
    }
    const isRoot = Deno.uid() === 0; // What root would install is for the whole host: see tests/systemd/mcpeg_cases.ts.
    if (isRoot) fs.chownSync(home, 65534, 65534);
    const user = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"];
    const words = [...user, join(place, "deploy/install-service.sh"), "--dry-run"];
    const env = app.env({ HOME: home, MCPEG: join(place, "mcpeg") });
    const { code, stdout, stderr } = await run(words, env);
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`^install-service: would copy ${place}/mcpeg to ${home}/.local/bin/mcpeg$`, "m"));
    assert.match(stderr, new RegExp(`would copy .*config\\.toml to ${home}/.mcpeg/config\\.toml$`, "m"));
    assert.match(
      stdout,
      new RegExp(`^ExecStart=\\S*/\\.local/bin/mcpeg .*--config \\S*/\\.mcpeg/config\\.toml run$`, "m"),
    );
    assert.deepEqual(fs.readdirSync(home), []);
  } finally {
    fs.rmSync(place, { recursive: true });
  }
});

Deno.test("S3 System Integration: the scripts are clean, and the example configuration is valid", async () => {
  const deploy = join(EXAMPLE, "deploy");
  const scripts = fs.readdirSync(deploy).filter((name) => name.endsWith(".sh")).map((name) => join(deploy, name));
  assert.equal(scripts.length, 5);
  const { code, stderr } = await run(["sh", "-n", ...scripts], {});
  assert.deepEqual([code, stderr], [0, ""]);
  await using app = mcpeg();
  const checked = await app.run(["config", "check", "--config", join(EXAMPLE, "config.toml")]);
  assert.equal(checked.code, 0, checked.stderr);
});
