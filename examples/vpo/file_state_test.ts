import assert from "node:assert/strict";
import { FILE_EVENTS, FILE_STATES, FILE_TABLE, type FileState, OPEN_STATES, statesFor } from "./file_state.ts";

/** Every state that can follow, over any number of events. */
function reachable(from: FileState): Set<FileState> {
  const found = new Set<FileState>([from]);
  for (const state of found) {
    for (const next of Object.values(FILE_TABLE[state])) if (next !== null) found.add(next);
  }
  return found;
}

Deno.test("the table of a file's states is total", () => {
  assert.deepEqual(Object.keys(FILE_TABLE).sort(), [...FILE_STATES].sort());
  for (const state of FILE_STATES) {
    assert.deepEqual(Object.keys(FILE_TABLE[state]).sort(), [...FILE_EVENTS].sort(), state);
  }
});

Deno.test("no state is a dead end for a file that lies in the inbox, and each can be reached", () => {
  for (const state of FILE_STATES) assert.ok(reachable(state).has("done"), state);
  assert.deepEqual([...reachable("waiting")].sort(), [...FILE_STATES].sort());
});

Deno.test("a file leaves the inbox only after it was decided where it goes", () => {
  const into = (target: FileState) => FILE_STATES.filter((state) => Object.values(FILE_TABLE[state]).includes(target));
  assert.deepEqual(into("done"), ["moving"]);
  assert.deepEqual(into("quarantined"), ["moving"]);
});

Deno.test("what was decided is not taken back by a stop or a trouble", () => {
  const { moving } = FILE_TABLE;
  assert.deepEqual([moving.stopped, moving.troubled, moving.requeued, moving.begun], Array(4).fill("moving"));
});

Deno.test("whatever is open can be taken up again by the next daemon", () => {
  assert.deepEqual(statesFor("requeued"), [...OPEN_STATES]);
  assert.deepEqual(statesFor("begun"), [...OPEN_STATES]);
});

Deno.test("nobody asks for another try of a file that a run has in hand", () => {
  assert.deepEqual(statesFor("retried"), ["interrupted", "failed", "quarantined"]);
});
