/** Fault 29: the disk is full, or broken, and then works again; what is counted is exactly what is missing. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { dirname } from "node:path";
import { systemFiles } from "../../src/system/files.ts";
import { type Fate, faultyFiles, type FilesCall } from "./faulty_files.ts";
import { failures, inDirectory, NONE, startEngine } from "./log_lab.ts";
import { checkLog, logFiles, numberedLines, readWhole } from "./numbered_lines.ts";
import { random, sized } from "./seed.ts";

const LENGTH = 50;

/** Writes lines 1 to `count` in chunks cut at random places, with the clock running. */
function writeAll(
  engine: ReturnType<typeof startEngine>,
  { count, dice }: { count: number; dice: ReturnType<typeof random> },
) {
  const all = numberedLines("s", { from: 1, to: count, length: LENGTH });
  for (let at = 0; at < all.length;) {
    const size = 1 + dice.next(600);
    engine.file.write(all.subarray(at, at + size));
    engine.clock.advance(dice.next(300));
    at += size;
  }
  return all.length;
}

function bytesFound(path: string): number {
  let total = 0;
  for (const file of logFiles(path)) {
    const lines = new TextDecoder("latin1").decode(readWhole(file)).split("\n");
    for (const line of lines) if (line !== "" && !line.startsWith("[appd] gap")) total += line.length + 1;
  }
  return total;
}

for (const errno of ["ENOSPC", "EIO"]) {
  Deno.test(`29: after ${errno} the count of lost lines and bytes is exact, and no line is torn`, async () => {
    const dice = random(errno);
    for (let round = 0; round < sized(30, 2000); round++) {
      await inDirectory(async (path) => {
        let broken = 0;
        const files = faultyFiles(systemFiles, (call) => (broken = next(broken, call)) > 0 ? fate(call) : undefined);
        const engine = startEngine({ path, policy: { rotateSize: dice.once(2) ? 2000 : 0 }, files: files.files });
        const count = 200;
        const bytes = writeAll(engine, { count, dice });
        broken = -1_000_000;
        engine.clock.advance(61_000);
        const { dropped } = engine.file;
        assert.equal(engine.file.problem, undefined, "resumed by itself");
        await engine.close();
        const report = checkLog(path, { expected: { s: count } });
        const label = `seed ${dice.seed}, round ${round}`;
        assert.deepEqual(failures(report), { ...NONE, lost: dropped.lines }, label);
        assert.equal(report.gapLines, dropped.lines, label);
        assert.equal(bytes - bytesFound(path), dropped.bytes, label);
      });
    }

    function next(broken: number, call: FilesCall): number {
      if (broken > 0) return broken - 1;
      return broken === 0 && call.operation === "write" && dice.once(10) ? 1 + dice.next(12) : broken;
    }

    function fate({ operation, args }: FilesCall): Fate {
      if (operation !== "write") return operation === "truncate" || dice.once(2) ? undefined : { errno };
      const length = (args[1] as Uint8Array).length;
      return length > 1 && dice.once(2) ? { landed: dice.next(length - 1) + 1 } : { errno };
    }
  });
}

Deno.test("29: it is said once, shown while it lasts, and marked in the log", async () => {
  await inDirectory(async (path) => {
    let full = false;
    const { files } = faultyFiles(
      systemFiles,
      ({ operation }) => full && operation === "write" ? { errno: "ENOSPC" } : undefined,
    );
    const engine = startEngine({ path, files });
    engine.file.write(new TextEncoder().encode("one\ntw"));
    full = true;
    for (let n = 0; n < 20; n++) {
      engine.file.write(new TextEncoder().encode("o\nthree\nfo"));
      engine.clock.advance(100);
    }
    assert.equal(engine.complaints.length, 1);
    assert.match(engine.complaints[0] ?? "", /^cannot write ".*out\.log": no space left on device \(ENOSPC\)$/);
    assert.deepEqual({ ...engine.file.problem, since: 0, error: "" }, {
      since: 0,
      error: "",
      droppedLines: 40,
      droppedBytes: 202,
    });
    full = false;
    engine.clock.advance(1000);
    engine.file.write(new TextEncoder().encode("ur\nfive\n"));
    await engine.close();
    const [first, gap, last, end] = fs.readFileSync(path, "utf8").split("\n");
    assert.deepEqual([first, last, end], ["one", "five", ""]);
    assert.match(gap ?? "", /^\[appd\] gap: 41 lines \(205 bytes\) lost between 2\S+Z and 2\S+Z: ENOSPC$/);
  });
});

Deno.test("29: a file system that is really full", async (t) => {
  await inDirectory(async (path) => {
    fs.mkdirSync(dirname(path));
    const mount = new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", "size=256k", "none", dirname(path)] });
    const ok = await mount.output().then((result) => result.success, () => false);
    if (!ok) return void await t.step({ name: "no right to mount a tmpfs here", ignore: true, fn() {} });
    try {
      const engine = startEngine({ path, policy: { rotateSize: 100_000 } });
      const ballast = `${dirname(path)}/ballast`;
      const dice = random("tmpfs");
      for (let n = 1; n <= 4000; n++) {
        engine.file.write(numberedLines("s", { from: n, to: n, length: LENGTH }));
        engine.clock.advance(10);
        if (n === 200) fs.writeFileSync(ballast, new Uint8Array(128 * 1024));
        if (n === 3000) fs.rmSync(ballast);
        if (dice.once(400)) engine.clock.advance(1000);
      }
      const { dropped } = engine.file;
      await engine.close();
      const report = checkLog(path, { expected: { s: 4000 } });
      assert.ok(dropped.lines > 100, `${dropped.lines} lines dropped`);
      assert.deepEqual(failures(report), { ...NONE, lost: dropped.lines });
      assert.equal(report.gapLines, dropped.lines);
    } finally {
      await new Deno.Command("umount", { args: ["-l", dirname(path)] }).output();
    }
  });
});
