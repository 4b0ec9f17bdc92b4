/** The formats that are shell scripts, run by a real sh with the service manager's tools replaced by ones that show argv. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { commandWords, type Kind, type ServiceDefinition } from "./definition.ts";
import { fakeDefinition, HOSTILE } from "./fake_definition.ts";
import { render } from "./render.ts";

const HOSTILE_SERVICE = fakeDefinition({
  binary: `${HOSTILE}/appd`,
  home: `${HOSTILE}/home`,
  configFile: `${HOSTILE}.toml`,
  env: { WORD: HOSTILE },
});

/** The words that a tool got, when `script` was run with nothing but tools that show theirs. */
function shown(script: string): string[] {
  const bin = fs.mkdtempSync("/tmp/appd-tools-");
  try {
    for (
      const tool of ["chpst", "s6-notifyoncheck", "supervise-daemon", "svlogd", "s6-log", "mkdir", "install", "sv"]
    ) {
      const text = tool === "install" ? "#!/bin/sh\n" : `#!/bin/sh\nprintf '%s\\0' "$@" "$WORD"\n`;
      fs.writeFileSync(`${bin}/${tool}`, text, { mode: 0o755 });
    }
    const { stdout, stderr, success } = new Deno.Command("/bin/sh", {
      args: ["-c", script, "sh", "78"],
      env: { PATH: bin },
      clearEnv: true,
    }).outputSync();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
  } finally {
    fs.rmSync(bin, { recursive: true });
  }
}

function script(kind: Kind, name: string, definition: ServiceDefinition = HOSTILE_SERVICE): string {
  const file = render(kind, definition).find((file) => file.name === name);
  assert.ok(file, `${kind} has no ${name}`);
  return file.text;
}

Deno.test("runit: the daemon gets every hostile word whole", () => {
  const words = commandWords(HOSTILE_SERVICE, "run");
  assert.deepEqual(shown(script("runit", "appd/run")), ["-u", "appd", ...words, HOSTILE]);
  assert.deepEqual(shown(script("runit", "appd/log/run")).slice(-2), ["/var/log/appd", ""]);
  assert.deepEqual(shown(script("runit", "appd/finish")), ["down", ".", ""]);
});

Deno.test("s6: the daemon gets every hostile word whole, and is not restarted when that cannot help", () => {
  const words = commandWords(HOSTILE_SERVICE, "run");
  assert.deepEqual(shown(script("s6", "appd/run")), ["-d", "-n", "60", "s6-setuidgid", "appd", ...words, HOSTILE]);
  const finish = script("s6", "appd/finish");
  const codes = ["2", "77", "78", "1", "256"].map((code) =>
    new Deno.Command("/bin/sh", { args: ["-c", finish, "sh", code] }).outputSync().code
  );
  assert.deepEqual(codes, [125, 125, 125, 0, 0]);
});

Deno.test("OpenRC: its way of evaluating the words gives every hostile word whole", () => {
  // The statement of supervise-daemon.sh of OpenRC 0.45, which splits and evaluates.
  const start = `
eval supervise-daemon "$RC_SVCNAME" --start --stderr $error_log $command -- $command_args`;
  const text = script("openrc", "appd.initd");
  const expected = commandWords(HOSTILE_SERVICE, "run");
  const [binary = "", ...rest] = expected;
  const words = ["--start", "--stderr", `${HOSTILE}/home/daemon.err`, binary, "--", ...rest, HOSTILE];
  assert.deepEqual(shown(`RC_SVCNAME=appd\n${text}${start}`), ["appd", ...words]);
});

Deno.test("a service of root changes no user and leaves its home to the daemon", () => {
  const root = fakeDefinition({ profile: "root", user: undefined });
  assert.doesNotMatch(script("runit", "appd/run", root), /chpst|install/);
  assert.doesNotMatch(script("s6", "appd/run", root), /s6-setuidgid|install/);
  assert.doesNotMatch(script("openrc", "appd.initd", root), /command_user/);
});
