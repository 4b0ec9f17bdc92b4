/** Fault 28: the log, or its directory, is moved or deleted under load. Fault 31: logrotate, as it works: move, tell. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { dirname } from "node:path";
import { failures, inDirectory, NONE, startEngine } from "./log_lab.ts";
import { checkLines, checkLog, logFiles, numberedLines, readWhole } from "./numbered_lines.ts";
import { random, sized } from "./seed.ts";

Deno.test("28: a moved directory comes back within a second, and every line is in the one or the other", async () => {
  const dice = random("moved");
  for (let round = 0; round < sized(20, 500); round++) {
    await inDirectory(async (path) => {
      const engine = startEngine({ path, policy: { rotateSize: 3000 } });
      const moved: string[] = [];
      const all = numberedLines("s", { from: 1, to: 1000, length: 50 });
      for (let at = 0; at < all.length;) {
        const size = 1 + dice.next(900);
        engine.file.write(all.subarray(at, at += size));
        engine.clock.advance(dice.next(400));
        if (!dice.once(12) || !fs.existsSync(dirname(path))) continue;
        moved.push(`${dirname(path)}-${moved.length}`);
        fs.renameSync(dirname(path), moved.at(-1) ?? "");
      }
      await engine.close();
      const contents = [...moved.map((directory) => `${directory}/out.log`), path].flatMap(logFiles).map(readWhole);
      assert.deepEqual(failures(checkLines(contents, { expected: { s: 1000 } })), NONE, `seed ${dice.seed}`);
      assert.equal(engine.file.dropped.lines, 0);
    });
  }
});

Deno.test("28: nothing that is written after a deletion is lost", async () => {
  const dice = random("deleted");
  for (let round = 0; round < sized(40, 1000); round++) {
    await inDirectory(async (path) => {
      const engine = startEngine({ path });
      for (let n = 1; n <= 250 + dice.next(100); n++) {
        engine.file.write(numberedLines("s", { from: n, to: n, length: 50 }));
        engine.clock.advance(10);
      }
      fs.rmSync(dice.once(2) ? dirname(path) : path, { recursive: true });
      const rest = numberedLines("t", { from: 1, to: 700, length: 50 });
      for (let at = 0; at < rest.length;) {
        const size = 1 + dice.next(900);
        engine.file.write(rest.subarray(at, at += size));
        engine.clock.advance(dice.next(400));
      }
      engine.clock.advance(60_000);
      await engine.close();
      const report = failures(checkLog(path, { expected: { t: 700 }, ignored: ["s"] }));
      assert.deepEqual(report, NONE, `seed ${dice.seed}, round ${round}`);
    });
  }
});

for (const tell of ["rotate", "reopen"] as const) {
  Deno.test(`31: moved away by logrotate and told to ${tell}, nothing is lost`, async () => {
    const dice = random(tell);
    await inDirectory(async (path) => {
      const engine = startEngine({ path });
      const moved: string[] = [];
      const cycles = sized(50, 200);
      const all = numberedLines("s", { from: 1, to: cycles * 20, length: 50 });
      for (let at = 0; at < all.length;) {
        const size = 1 + dice.next(900);
        engine.file.write(all.subarray(at, at += size));
        engine.clock.advance(dice.next(100));
        if (!dice.once(3) || !fs.existsSync(path)) continue;
        moved.push(`${path}.moved-${moved.length}`);
        fs.renameSync(path, moved.at(-1) ?? "");
        if (dice.once(2)) fs.writeFileSync(path, ""); // `create` in its configuration.
        if (tell === "reopen") engine.file.reopen();
        else engine.file.rotate();
      }
      await engine.close();
      const contents = [...moved, path].filter((file) => fs.existsSync(file)).map(readWhole);
      assert.deepEqual(failures(checkLines(contents, { expected: { s: cycles * 20 } })), NONE);
      assert.deepEqual(logFiles(path).filter((file) => file.endsWith("Z")), [], "no rotation of its own");
    });
  });
}
