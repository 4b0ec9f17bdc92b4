import assert from "node:assert/strict";
import { codeFrame } from "./code_frame.ts";

Deno.test("the mark stands below what is meant", () => {
  assert.equal(
    codeFrame("a = 1\nport = 70000\n", { line: 2, column: 8, length: 5 }),
    "2 | port = 70000\n  |        ^^^^^",
  );
});

Deno.test("a long line is cut around the place", () => {
  const frame = codeFrame(`${"x".repeat(500)}!${"x".repeat(500)}`, { line: 1, column: 501, length: 1 }) ?? "";
  const [line, mark] = frame.split("\n");
  assert.ok(frame.length < 220);
  assert.equal(line?.indexOf("!"), mark?.indexOf("^"));
});

Deno.test("nothing in a line drives a terminal", () => {
  assert.equal(codeFrame("a\x1b[2J\u202e\tb\r\n", { line: 1, column: 1, length: 1 }), "1 | a [2J  b\n  | ^");
});

Deno.test("a line past the end is no frame", () =>
  assert.equal(codeFrame("a", { line: 9, column: 1, length: 1 }), undefined));

for (
  const text of [
    'token = "planted"',
    '[program.env]\n# x\nA = "planted"',
    'env = { A = "planted" }',
    'env.A = "planted"',
    'webhook = "https://hooks.example.org/planted"',
    'ready = { http = "http://me:planted@127.0.0.1/" }',
    'url = "https://example.org/webhook/planted"',
    'command = ["sync", "--token", "planted"]',
    'command = ["curl", "-H", "Authorization: Bearer planted"]',
    'command = ["curl", "-H", "X-Api-Key: planted"]',
    'command = "PASSWORD=planted ./sync"',
    'log = { "api_key" = "planted" }',
    'env = {\n A = "planted"',
    '[[program]]\nlog = { x = 1 }\nenv = {\n A = "x",\n B = "planted"',
  ]
) {
  Deno.test(`a secret is drawn as asterisks: ${JSON.stringify(text)}`, () => {
    assert.doesNotMatch(codeFrame(text, { line: text.split("\n").length, column: 3, length: 1 }) ?? "", /planted/);
  });
}

for (
  const text of ['on = ["webhook", "gti:site"]', 'on = "webhoook"', 'name = "auth"', 'depends_on = ["auth", "token"]']
) {
  Deno.test(`a word alone is no secret: ${text}`, () => {
    assert.equal(codeFrame(text, { line: 1, column: 1, length: 1 }), `1 | ${text}\n  | ^`);
  });
}

Deno.test("what follows a table of variables is drawn again", () => {
  assert.match(
    codeFrame('[program.env]\nA = "x"\n[log]\nlevel = "loud"', { line: 4, column: 1, length: 1 }) ?? "",
    /loud/,
  );
});
