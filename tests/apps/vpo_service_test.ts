/** S4, deployment: the example unit file of vpo; it runs in tests/systemd/vpo_cases.ts. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { compiled } from "../support/compiled.ts";
import { binaryOf } from "../support/instance.ts";
import { exposureOf, HAS_ANALYZE, verifyUnit } from "../support/unit_file.ts";

const UNIT = fs.realpathSync(new URL("../../examples/vpo/deploy/vpo.service", import.meta.url));
const BINARY = binaryOf(await compiled("examples/vpo/vpo.ts"));

Deno.test("S4 US2.1, S4 US2.3: the example unit file is what the binary makes, and starts it again after a crash", () => {
  const args = ["generate", "systemd", "--system", "--home", "/var/lib/vpo", "--binary", "/usr/local/bin/vpo"];
  const { stdout } = new Deno.Command(BINARY, { args, clearEnv: true, env: { HOME: "/nowhere" } }).outputSync();
  const unit = fs.readFileSync(UNIT, "utf8");
  assert.equal(unit, new TextDecoder().decode(stdout));
  const lines = ["Restart=on-failure", "RestartPreventExitStatus=2 77 78", "WantedBy=multi-user.target"];
  for (const line of lines) assert.ok(unit.split("\n").includes(line), line);
});

Deno.test({
  name: "S4 US2.1, S4 SC-003: systemd has nothing to say against the example unit file, which exposes little",
  ignore: !HAS_ANALYZE,
  fn() {
    assert.deepEqual(verifyUnit(UNIT, "system"), { code: 0, text: "" });
    const { code, text } = exposureOf(UNIT, 14);
    assert.equal(code, 0, text);
  },
});
