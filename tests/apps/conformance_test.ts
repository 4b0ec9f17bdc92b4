/** Every app of examples/ keeps what the family promises: under its own name it is as good a daemon as appd. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { appsIn } from "../../scripts/test.ts";
import { BINARY, binaryOf } from "../support/instance.ts";

for (const app of appsIn("examples").map((entry) => basename(entry, ".ts"))) {
  Deno.test(`${app} keeps everything that the family promises`, async () => {
    const args = ["conformance", binaryOf(app), "--json", "--parallel", "4"];
    const { stdout, stderr } = await new Deno.Command(BINARY, { args, stdin: "null" }).output();
    const text = new TextDecoder();
    assert.notEqual(stdout.length, 0, text.decode(stderr));
    const { checks, passed }: { checks: readonly { readonly ok: boolean }[]; passed: number } = JSON.parse(
      text.decode(stdout),
    );
    assert.deepEqual(checks.filter(({ ok }) => !ok), []);
    assert.ok(passed >= 60, `${passed} checks`);
  });
}
