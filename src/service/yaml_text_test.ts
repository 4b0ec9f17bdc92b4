import assert from "node:assert/strict";
import { parse, parseAllDocuments } from "yaml";
import { HOSTILE } from "./fake_definition.ts";
import { type Yaml, yaml } from "./yaml_text.ts";

const VALUES: readonly Yaml[] = [
  HOSTILE,
  "yes",
  "No",
  "1.0",
  "0x1f",
  "2025-01-01",
  "",
  " a ",
  "a: b",
  "- a",
  "~",
  "null",
  "#x",
  "a\n  b\n\nc\n",
  { "a b": ["x", { y: 1, z: [true, false] }], "%": {}, "-": [] },
  [["a"], [["b", "c"]], { d: "e\nf\n" }],
];

Deno.test("what is written is read back, by the rules of YAML 1.1 as well", () => {
  for (const value of VALUES) {
    const text = yaml({ value }).join("\n");
    for (const version of ["1.1", "1.2"] as const) {
      assert.deepEqual(parse(text, { version }), { value }, `${version}\n${text}`);
    }
  }
});

Deno.test("documents follow one another", () => {
  const text = ["---", ...yaml({ a: 1 }), "---", ...yaml(["b"])].join("\n");
  assert.deepEqual(parseAllDocuments(text).map((document) => document.toJS()), [{ a: 1 }, ["b"]]);
});
