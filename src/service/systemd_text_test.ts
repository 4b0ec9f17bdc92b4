import assert from "node:assert/strict";
import { argumentWord, commandLine, unitLine, unitWord } from "./systemd_text.ts";

Deno.test("a plain word stays as it is, anything else is quoted", () => {
  assert.equal(argumentWord("--home"), "--home");
  assert.equal(argumentWord("/var/lib/appd-1.2_x@y"), "/var/lib/appd-1.2_x@y");
  assert.equal(argumentWord("/a b"), '"/a b"');
  assert.equal(argumentWord(""), '""');
  assert.equal(argumentWord("é;#"), '"é;#"');
});

Deno.test("quotes and backslashes are escaped, specifiers and variables doubled", () => {
  assert.equal(argumentWord('a"b\\n'), '"a\\"b\\\\n"');
  assert.equal(argumentWord("100%"), "100%%");
  assert.equal(argumentWord("$HOME ${x}"), '"$$HOME $${x}"');
  assert.equal(unitWord("$HOME%"), '"$HOME%%"');
  assert.equal(unitLine(" 5% of $x "), "5%% of $x");
});

Deno.test("a specifier stays one, with escaped text behind it", () => {
  assert.equal(argumentWord({ specifier: "%h", text: "/.appd" }), "%h/.appd");
  assert.equal(argumentWord({ specifier: "%h", text: "/a b%" }), '"%h/a b%%"');
});

Deno.test("in the first word of a command $ means nothing", () => {
  assert.equal(commandLine(["/opt/$x/appd", "$x", "run"]), '"/opt/$x/appd" "$$x" run');
});
