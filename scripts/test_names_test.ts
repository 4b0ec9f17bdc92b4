import assert from "node:assert/strict";
import { flawsOf, proofsIn } from "./seeds.ts";
import { tokensOf } from "./source_tokens.ts";
import { testNames } from "./test_names.ts";

const names = (source: string) => testNames(source, (name) => !name.startsWith("…")).map(({ name }) => name);

Deno.test("names of tests are read, and nothing that only looks like one", () => {
  const source = `
    // Deno.test("a comment")
    const text = 'Deno.test("a string")';
    const pattern = /Deno.test\\("a pattern/g, half = 4 / 2; /* Deno.test("another") */
    Deno.test("plain, \\"quoted\\"", () => {});
    Deno.test({ name: \`in \${"an"} object\`, fn() {} });
    const CASES = [{ name: "S4 US1: of a case" }, { name: "nobody" }];
    Deno.test.afterAll(() => {});
  `;
  assert.deepEqual(names(source), ['plain, "quoted"', "in … object", "S4 US1: of a case"]);
});

Deno.test("what a name begins with is taken from the table of its loop", () => {
  const rows = '[["TERM", "S4 A", 1], ["INT", "S4 B", { a: [2] }]] as const';
  const loop = (table: string) =>
    `for (const [signal, places] of ${table}) {
    if (signal) { Deno.test(\`\${places}: \${signal}: ends\`, () => {}); }
  }
  Deno.test(\`after \${places}\`, () => {});`;
  const expected = ["S4 A: TERM: ends", "S4 B: INT: ends", "after …"];
  assert.deepEqual(names(loop(rows)), expected);
  assert.deepEqual(names(`const ROWS = ${rows};\n${loop("ROWS")}`), expected);
  assert.deepEqual(names('for (const a of ["S1 x", "S1 y"]) Deno.test(`${a}: z`, f); {}'), ["S1 x: z", "S1 y: z"]);
  assert.deepEqual(names("for (const a of f()) { Deno.test(`${a}: z`, g); }"), ["…: z"]);
});

Deno.test("a name that has to be run is a failure, with its line", () => {
  assert.throws(() => names("\nDeno.test(name, () => {});"), /line 2: the name of a test/);
  assert.throws(() => names('const CASES = [{ name: ["S2 a", "S2 b"].join(", ") }];'), /line 1: the name of a test/);
  assert.throws(() => names("Deno.test({ name: title, fn });"), /line 1/);
});

Deno.test("templates may have templates in them", () => {
  const [token] = tokensOf("`a ${f(`b ${c} }`)} d`");
  assert.ok(token?.kind === "template");
  assert.deepEqual(token.parts, [{ text: "a " }, { expression: "f(`b ${c} }`)" }, { text: " d" }]);
});

const KNOWN = ["S1 settings", "S1 settings: hours", "S1 stop"];
const proofs = (name: string, file = "tests/apps/devtrack_test.ts") =>
  proofsIn(file, { source: `Deno.test("${name}", () => {});`, known: KNOWN });

Deno.test("places are taken from a name, the longest that is known first", () => {
  const [proof] = proofs("S1 settings: hours, S1 stop, S1 new: what: it is");
  assert.deepEqual([proof?.places, proof?.what], [["S1 settings: hours", "S1 stop", "S1 new"], "what: it is"]);
  assert.deepEqual(proofs("S1 settings: days count")[0]?.places, ["S1 settings"]);
});

Deno.test("a test of an app names a place, others need not", () => {
  assert.throws(() => proofs("it stops"), /devtrack_test\.ts:1: "it stops" names no place/);
  assert.deepEqual(proofs("it stops", "tests/apps/conformance_test.ts"), []);
  const source = "Deno.test(`${places}: it stops`, () => {});";
  assert.throws(() => proofsIn("tests/apps/vpo_test.ts", { source, known: KNOWN }), /cannot read the place/);
});

Deno.test("flaws: a place without a test, a test without its place, one id twice", () => {
  const places = ["stop", "stop", "start"].map((id) => ({ id, text: id }));
  assert.deepEqual(flawsOf([{ id: "S1", places }], proofs("S1 stop, S1 halt: it ends")), [
    "S1 stop: two places have this id",
    "S1 start: no test names it",
    'tests/apps/devtrack_test.ts:1: there is no place "S1 halt"',
  ]);
});
