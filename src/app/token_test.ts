import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { systemFiles } from "../system/files.ts";
import { readToken } from "./token.ts";
import { doubtAbout } from "./trust.ts";

const uid = Deno.uid() ?? 0;

function fileWith(text: string, mode = 0o600) {
  const home = Deno.makeTempDirSync();
  const path = `${home}/token`;
  Deno.writeTextFileSync(path, text, { mode });
  Deno.chmodSync(path, mode);
  return { path, [Symbol.dispose]: () => Deno.removeSync(home, { recursive: true }) };
}

Deno.test("a token is one word of what a header can carry; lines around it do not count", () => {
  using good = fileWith("\n0123456789abcdef\n");
  assert.equal(readToken(systemFiles, good.path, uid), "0123456789abcdef");
  for (const text of ["01234567\n89abcdef", "01234567\t89abcdef", "0123456789abcdé!", "0123456 789abcdef"]) {
    using bad = fileWith(text);
    assert.throws(
      () => readToken(systemFiles, bad.path, uid),
      (error) => error instanceof AppdError && error.exitCode === 78 && /one word of ASCII/.test(error.message),
      JSON.stringify(text),
    );
  }
});

Deno.test("a token file that others can write is closed for readers too, at once", () => {
  using open = fileWith("0123456789abcdef\n", 0o666);
  const { hint } = doubtAbout(systemFiles, open.path, { uid, isSecret: true }) ?? assert.fail("others can write it");
  assert.equal(hint, `close it: chmod 600 "${open.path}"`);
  assert.equal(doubtAbout(systemFiles, open.path, { uid })?.hint, `close it: chmod 644 "${open.path}"`);
});
