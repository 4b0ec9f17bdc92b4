import assert from "node:assert/strict";
import { systemFifos } from "./fifo.ts";

for (
  const [what, mode, directoryMode, isKept] of [
    ["a FIFO of ours alone", 0o600, 0o755, true],
    ["a FIFO that others write, kept from them by its directory", 0o622, 0o700, true],
    ["a FIFO that others write and reach", 0o622, 0o755, false],
    ["a FIFO that others read", 0o644, 0o700, false],
  ] as const
) {
  Deno.test(`${what} is ${isKept ? "kept" : "replaced"}`, () => {
    const directory = Deno.makeTempDirSync();
    const path = `${directory}/output.fifo`;
    assert.equal(systemFifos.ensure(path), false);
    Deno.chmodSync(path, mode);
    Deno.chmodSync(directory, directoryMode);
    const before = Deno.statSync(path);
    assert.equal(systemFifos.ensure(path), isKept);
    const after = Deno.statSync(path);
    assert.deepEqual([after.isFifo, (after.mode ?? 0) & 0o777], [true, isKept ? mode : 0o600]);
    if (isKept) assert.equal(after.ino, before.ino);
    Deno.removeSync(directory, { recursive: true });
  });
}
