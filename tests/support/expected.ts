/** Comparing what came out with what was expected: text with wildcards, and JSON by the keys that are named. */
import assert from "node:assert/strict";

/**
 * `[WILDCARD]` stands for any text, `[WILDLINE]` for any text within a line. Everything else must be there literally;
 * white space at the end of the text does not count.
 */
export function matchesText(actual: string, expected: string): boolean {
  const pattern = expected.trimEnd().split(/(\[WILDCARD\]|\[WILDLINE\])/).map((part) => {
    if (part === "[WILDCARD]") return "[^]*";
    if (part === "[WILDLINE]") return "[^\\n]*";
    return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${pattern.join("")}$`).test(actual.trimEnd());
}

/** @throws AssertionError that shows both texts */
export function expectText(what: string, actual: string, expected: string): void {
  if (matchesText(actual, expected)) return;
  throw new assert.AssertionError({ message: `${what} differs\n--- expected\n${expected}\n--- actual\n${actual}` });
}

/** Every key of `expected` is in `actual` with that value; strings may hold wildcards, arrays are compared by index. */
export function expectSubset(what: string, actual: unknown, expected: unknown): void {
  if (typeof expected === "string" && typeof actual === "string") return expectText(what, actual, expected);
  if (expected === null || typeof expected !== "object") return assert.deepEqual(actual, expected, what);
  assert.ok(actual !== null && typeof actual === "object", `${what} is ${JSON.stringify(actual)}`);
  for (const [key, value] of Object.entries(expected)) {
    expectSubset(`${what}.${key}`, (actual as Record<string, unknown>)[key], value);
  }
}
