import assert from "node:assert/strict";
import { cannot } from "../base/errors.ts";
import type { LogFields } from "../base/logger.ts";
import { recordFailure, ToldFailure } from "./start_failure.ts";

const REFUSED = cannot(["listen on", "127.0.0.1:1"], "it is in use", {
  exit: "unavailable",
  hint: "look: appd status",
});

/** What is recorded, and thrown, when the start fails. @param json whether stderr has records in JSON */
function fail(error: unknown, { json, detached = false }: { readonly json: boolean; readonly detached?: boolean }) {
  const records: (readonly [string, LogFields | undefined])[] = [];
  let left = false;
  const logger = {
    ...{ debug() {}, info() {}, warn() {} },
    error: (message: string, fields?: LogFields) => void records.push([message, fields]),
  };
  const thrown = recordFailure(error, {
    logs: { logging: { logger: () => logger }, leaveStderr: () => !json && (left = true) },
    detached,
    advise: (text) => text.replaceAll("appd", "fig"),
  });
  return { thrown, records, left };
}

Deno.test("stderr that has JSON gets a record, and nobody has to say it again", () => {
  const { thrown, records, left } = fail(REFUSED, { json: true });
  assert.deepEqual(records, [
    ['the start failed: cannot listen on "127.0.0.1:1": it is in use', { exit: 69, hint: "look: fig status" }],
  ]);
  assert.ok(thrown instanceof ToldFailure && thrown.exitCode === 69 && !left);
});

Deno.test("elsewhere the record leaves stderr to the command line, and a detached daemon's outputs as they are", () => {
  const here = fail(REFUSED, { json: false });
  assert.deepEqual([here.thrown, here.records.length, here.left], [REFUSED, 1, true]);
  for (const json of [true, false]) {
    const away = fail(REFUSED, { json, detached: true });
    assert.deepEqual([away.thrown, away.records.length, away.left], [REFUSED, 1, false]);
  }
});

Deno.test("a bug is told as one, with the error for its stack", () => {
  const bug = new TypeError("x is undefined");
  const { thrown, records } = fail(bug, { json: true });
  assert.deepEqual(records, [
    ["the start failed: internal error (this is a bug): x is undefined", {
      ...{ exit: 70, hint: "see the stack: run it again with --log-level debug", error: bug },
    }],
  ]);
  assert.ok(thrown instanceof ToldFailure && thrown.exitCode === 70);
});
