import assert from "node:assert/strict";
import { type Dependency, missingOf } from "./dependencies.ts";
import type { State } from "./state.ts";

const RETRIES: State = { kind: "backoff", retryAt: 0, retryAtWall: 0, reason: "exit code 1" };

/** What waits for `db` says of it. */
function saysOf(state: State, more: Partial<Dependency> = {}): string[] {
  const db: Dependency = { spec: { name: "db", restart: "always" }, state, exitCode: undefined, isLive: true, ...more };
  return missingOf({ dependsOn: { db: "ready" } }, [db]);
}

Deno.test("what is waited for is said in words of a sentence", () => {
  assert.deepEqual(saysOf(RETRIES), ["db to be ready (it is in backoff)"]);
  assert.deepEqual(saysOf({ kind: "exited" } as State, { exitCode: 3 }), ["db to be ready (it is exited with code 3)"]);
  assert.deepEqual(missingOf({ dependsOn: { cache: "started" } }, []), [
    "cache to be started (there is no such program)",
  ]);
});
