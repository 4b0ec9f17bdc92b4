import assert from "node:assert/strict";
import { isExchangeable, isWritableByOthers, modeText } from "./writable_by_others.ts";

Deno.test("for root the group is somebody else, for everybody else it is not", () => {
  const [root, user] = [0, 1000].map((uid) =>
    [0o600, 0o644, 0o664, 0o646].map((mode) => isWritableByOthers({ mode }, uid))
  );
  assert.deepEqual(root, [false, false, true, true]);
  assert.deepEqual(user, [false, false, false, true]);
});

Deno.test("what is in a sticky directory cannot be exchanged", () => {
  assert.deepEqual([0o755, 0o777, 0o1777].map((mode) => isExchangeable({ mode }, 0)), [false, true, false]);
});

Deno.test("a mode is shown with all of its bits", () => {
  assert.deepEqual([0o644, 0o1777, 0o100600].map(modeText), ["0644", "1777", "0600"]);
});
