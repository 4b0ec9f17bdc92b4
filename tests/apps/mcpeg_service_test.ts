/** mcpeg as its document (S3) has it: the units of its service; they run in tests/systemd/mcpeg_cases.ts. Each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { compiled } from "../support/compiled.ts";
import { binaryOf } from "../support/instance.ts";
import { exposureOf, HAS_ANALYZE, verifyUnit } from "../support/unit_file.ts";

const EXAMPLE = fs.realpathSync(new URL("../../examples/mcpeg", import.meta.url));
const BINARY = binaryOf(await compiled("examples/mcpeg/mcpeg.ts"));

function unit(name: string): string {
  return fs.readFileSync(join(EXAMPLE, "deploy", name), "utf8");
}

function generated(...words: string[]): string {
  const args = ["generate", ...words, "--binary", "/usr/local/bin/mcpeg"];
  const { stdout } = new Deno.Command(BINARY, { args, clearEnv: true, env: { HOME: "/nowhere" } })
    .outputSync();
  return new TextDecoder().decode(stdout);
}

Deno.test("S3 mcpeg.service, S3 mcpeg-dev.service: the units are what the binary makes", () => {
  const config = ["--config", "/etc/mcpeg/config.toml"];
  assert.equal(generated("systemd", "--system", "--home", "/var/lib/mcpeg", ...config), unit("mcpeg.service"));
  assert.equal(generated("systemd-user", "--name", "dev").replaceAll("/nowhere", "%h"), unit("mcpeg-dev.service"));
});

Deno.test("S3 mcpeg.service, S3 mcpeg-dev.service: one is for production and locked in, the other is a user's", () => {
  const production = unit("mcpeg.service");
  for (
    const line of ["Type=notify", "User=mcpeg", "NoNewPrivileges=yes", "ProtectSystem=strict", "Restart=on-failure"]
  ) {
    assert.match(production, new RegExp(`^${line}$`, "m"));
  }
  assert.match(production, /^ExecStart=\/usr\/local\/bin\/mcpeg /m);
  const development = unit("mcpeg-dev.service");
  assert.match(development, /^WantedBy=default\.target$/m);
  assert.doesNotMatch(development, /^(User|ProtectSystem)=/m);
});

Deno.test({
  name: "S3 mcpeg.service, S3 mcpeg-dev.service: systemd has nothing to say against the units",
  ignore: !HAS_ANALYZE,
  fn() {
    for (const [name, manager] of [["mcpeg.service", "system"], ["mcpeg-dev.service", "user"]] as const) {
      assert.deepEqual(verifyUnit(join(EXAMPLE, "deploy", name), manager), { code: 0, text: "" }, name);
    }
  },
});

Deno.test({
  name: "S3 Security First: the production unit exposes little",
  ignore: !HAS_ANALYZE,
  fn() {
    const { code, text } = exposureOf(join(EXAMPLE, "deploy", "mcpeg.service"), 14);
    assert.equal(code, 0, text);
  },
});
