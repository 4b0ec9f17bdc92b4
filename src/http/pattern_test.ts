import assert from "node:assert/strict";
import { matches, openApiPath, overlap, patternOf, routedPath } from "./pattern.ts";

const FITS: readonly (readonly [pattern: string, yes: readonly string[], no: readonly string[]])[] = [
  ["/", ["/"], ["/a", "//"]],
  ["/mcp", ["/mcp", "/%6dcp", "/%6D%63p"], ["/", "/mcp/", "/mcp/x", "/mcpx", "/mcp%2f", "/%256dcp"]],
  ["/v1/*", ["/v1", "/v1/", "/v1/a", "/v1/a/b", "/v%31/a"], ["/v10", "/", "/v2/a", "/v1%2fa"]],
  ["/users/:id", ["/users/7", "/users/a%2Fb"], ["/users", "/users/", "/users/7/x"]],
  ["/users/:id{[0-9]+}", ["/users/7"], ["/users/x"]],
  ["/files/:path{.+}", ["/files/a", "/files/a/b"], ["/file"]],
  ["/api/:kind?", ["/api", "/api/x"], ["/api/x/y"]],
  ["/a/*/c", ["/a/b/c"], ["/a/c", "/a/b/d"]],
  ["*", ["/", "/a/b"], []],
];

for (const [text, yes, no] of FITS) {
  Deno.test(`the paths of ${text}`, () => {
    const pattern = patternOf(text);
    for (const path of yes) assert.equal(matches(pattern, routedPath(path)), true, path);
    for (const path of no) assert.equal(matches(pattern, routedPath(path)), false, path);
  });
}

const PAIRS: readonly (readonly [one: string, other: string, shared: boolean])[] = [
  ["/health", "/health", true],
  ["/health", "/healthy", false],
  ["/:page", "/health", true],
  ["/*", "/health", true],
  ["/api/*", "/api/v1/status", true],
  ["/api/v1/jobs/:id/files", "/api/v1/jobs/:name/runs", false],
  ["/api/v1/programs/special", "/api/v1/programs/:name", true],
  ["/api/v2/status", "/api/v1/status", false],
  ["/api/v1/:n{[0-9]+}", "/api/v1/status", false],
  ["/:a/:b?", "/metrics", true],
  ["/", "/", true],
];

for (const [one, other, shared] of PAIRS) {
  Deno.test(`${one} and ${other} ${shared ? "share" : "do not share"} a path`, () => {
    assert.equal(overlap(patternOf(one), patternOf(other)), shared);
    assert.equal(overlap(patternOf(other), patternOf(one)), shared);
  });
}

Deno.test("OpenAPI names the steps that vary", () => {
  assert.equal(openApiPath(patternOf("/users/:id{[0-9]+}/*")), "/users/{id}/{rest}");
  assert.equal(openApiPath(patternOf("/")), "/");
});
