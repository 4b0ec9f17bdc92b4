import assert from "node:assert/strict";
import { matcher, pathMatcher } from "./globs.ts";

Deno.test("branches: a star stops at a slash, two do not", () => {
  const table: readonly (readonly [pattern: string, name: string, is: boolean])[] = [
    ["main", "main", true],
    ["main", "mainly", false],
    ["*", "main", true],
    ["*", "a/b", false],
    ["**", "a/b", true],
    ["release/*", "release/1.0", true],
    ["release/*", "release/", true],
    ["release/*", "release/1/x", false],
    ["release/**", "release/1/x", true],
    ["**/hotfix", "hotfix", true],
    ["**/hotfix", "a/b/hotfix", true],
    ["v?.?", "v1.2", true],
    ["v?.?", "v1/2", false],
    ["a?", "a\u{1f600}", true],
    ["a.c", "abc", false],
    ["origin/*", "origin/main", true],
  ];
  for (const [pattern, name, is] of table) assert.equal(matcher([pattern])(name), is, `${pattern} and ${name}`);
  assert.ok(matcher(["x", "m*"])("main") && matcher(undefined)("anything") && !matcher([])("anything"));
});

Deno.test("paths: as .gitignore reads them", () => {
  const table: readonly (readonly [pattern: string, path: string, is: boolean])[] = [
    ["*.md", "docs/a.md", true],
    ["/*.md", "docs/a.md", false],
    ["/*.md", "a.md", true],
    ["src/**", "src/a/b.ts", true],
    ["src/**", "other/src/a.ts", false],
    ["src/", "src/a/b.ts", true],
    ["**/test/*", "a/b/test/c", true],
    ["./src/*.ts", "src/a.ts", true],
    ["**", "a/b", true],
  ];
  for (const [pattern, path, is] of table) assert.equal(pathMatcher([pattern])(path), is, `${pattern} and ${path}`);
});

Deno.test("a name made to take long takes no time", () => {
  const began = performance.now();
  assert.equal(matcher(["*a*a*a*a*a*a*a*a*b"])("a".repeat(20_000)), false);
  assert.ok(performance.now() - began < 20_000); // Of 20,000^8 steps.
});
