/** Faults 15 and 25: rotations and reopenings in storms, steps that fail, several streams at once. */
import assert from "node:assert/strict";
import { createLineWriter } from "../../src/logging/line_writer.ts";
import { systemFiles } from "../../src/system/files.ts";
import { faultyFiles } from "./faulty_files.ts";
import { failures, inDirectory, NONE, startEngine } from "./log_lab.ts";
import { checkLog, logFiles, numberedLine } from "./numbered_lines.ts";
import { random, sized } from "./seed.ts";

/** Lines of four streams, in an order of the dice's choosing. */
function interleaved(count: number, dice: ReturnType<typeof random>): Uint8Array {
  const next: Record<string, number> = { a: 1, b: 1, c: 1, d: 1 };
  let text = "";
  for (let left = 4 * count; left > 0;) {
    const stream = "abcd"[dice.next(4)] ?? "a";
    const n = next[stream] ?? 1;
    if (n > count) continue;
    text += `${numberedLine(stream, n, 20 + dice.next(200))}\n`;
    next[stream] = n + 1;
    left--;
  }
  return new TextEncoder().encode(text);
}

for (const timestamp of [false, true]) {
  Deno.test(`15, 25: storms of rotations, some of them failing${timestamp ? ", with timestamps" : ""}`, async () => {
    const dice = random("storm");
    const count = sized(5000, 500_000);
    await inDirectory(async (path) => {
      const faulty = faultyFiles(systemFiles, ({ operation }) => {
        const mayFail = !["write", "fstat", "close", "stat", "read"].includes(operation);
        return mayFail && dice.once(5) ? { errno: "EACCES" } : undefined;
      });
      const engine = await started(() => startEngine({ path, policy: { rotateSize: 50_000 }, files: faulty.files }));
      const writer = createLineWriter(engine.file, { timestamp, clock: engine.clock });
      const all = interleaved(count, dice);
      const asked: Promise<unknown>[] = [];
      for (let at = 0; at < all.length;) {
        const size = 1 + dice.next(65_536);
        writer.write(all.subarray(at, at += size));
        engine.clock.advance(dice.next(200));
        for (let n = dice.next(12); n > 0; n--) asked.push(writer.rotate().catch((error) => expectRefusal(error)));
        if (dice.once(10)) writer.reopen();
        await Promise.resolve();
      }
      engine.clock.advance(60_000);
      await engine.close();
      const expected = { a: count, b: count, c: count, d: count };
      assert.deepEqual(failures(checkLog(path, { expected, prefix: timestamp ? 25 : 0 })), NONE, `seed ${dice.seed}`);
      assert.ok(logFiles(path).length > 5, "archives were made");
      assert.equal(writer.dropped.lines, 0);
    });
  });
}

/** Tries until the dice let the log be opened. */
async function started<T>(start: () => T): Promise<T> {
  for (;;) {
    try {
      return start();
    } catch (error) {
      expectRefusal(error);
      await Promise.resolve();
    }
  }
}

function expectRefusal(error: unknown): void {
  assert.match((error as Error).message, /EACCES/);
}
