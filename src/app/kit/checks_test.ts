import assert from "node:assert/strict";
import { AppdError } from "../../base/errors.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { Check } from "./app.ts";
import { appChecks } from "./checks.ts";
import { figApp, figKits } from "./fake_fig.ts";

function checks(more: Partial<Check<Config>> = {}) {
  return appChecks(figApp({ checks: [{ name: "basket", check() {}, ...more }] }), figKits());
}

Deno.test("a check is critical and has five seconds, unless it says otherwise", () => {
  const [usual] = checks();
  assert.deepEqual([usual?.name, usual?.options.critical, usual?.options.timeoutMs], ["basket", true, 5000]);
  const [other] = checks({ critical: false, timeout: "300ms" });
  assert.deepEqual([other?.options.critical, other?.options.timeoutMs], [false, 300]);
});

Deno.test("a check is given the kit and its signal", () => {
  const heard: unknown[] = [];
  const [check] = checks({ check: ({ name, signal }) => void heard.push(name, signal) });
  const { signal } = new AbortController();
  check?.options.check(signal);
  assert.deepEqual(heard, ["fig", signal]);
});

for (const name of ["log", "programs", "zombies", "database", "jobs", "history", "repository x"]) {
  Deno.test(`a check called ${name} is refused with 78`, () => {
    assert.throws(() => checks({ name }), (error) => {
      assert.ok(error instanceof AppdError && error.exitCode === 78);
      assert.equal(error.message, `cannot take up the check "${name}": a built-in check has this name`);
      return true;
    });
  });
}

Deno.test("a timeout that is no duration is refused with 78", () => {
  for (const timeout of ["soon", "0s"]) {
    const message = `cannot take up the check "basket": its timeout is "${timeout}", expected a duration`;
    assert.throws(() => checks({ timeout }), { message, exit: "config" });
  }
});
