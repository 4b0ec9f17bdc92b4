/** Fault 30: the process dies at every single step of writing, rotating and compressing. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { dirname } from "node:path";
import { systemFiles } from "../../src/system/files.ts";
import { type Fate, faultyFiles } from "./faulty_files.ts";
import { failures, inDirectory, NONE, startEngine } from "./log_lab.ts";
import { checkLog, logFiles, numberedLines, readWhole } from "./numbered_lines.ts";
import { sized } from "./seed.ts";

const POLICY = { rotateSize: 300, compress: true };
const BATCHES = sized(4, 30);

/** Writes numbered lines in batches, with rotations; the highest number of a batch that was surely written. */
async function life(path: string, options: { from: number; faulty?: ReturnType<typeof faultyFiles> }) {
  let written = options.from - 1;
  let engine: ReturnType<typeof startEngine> | undefined;
  try {
    engine = startEngine({ path, policy: POLICY, files: options.faulty?.files ?? systemFiles });
    for (let batch = 0; batch < BATCHES && !options.faulty?.dead; batch++) {
      const to = written + 4;
      engine.file.write(numberedLines("s", { from: written + 1, to, length: 40 }));
      if (!options.faulty?.dead) written = to;
      if (batch % 3 === 1) await engine.rotate();
      if (batch % 3 === 2) engine.file.reopen();
    }
  } catch (error) {
    if (!options.faulty?.dead) throw error;
  } finally {
    await engine?.close();
    options.faulty?.bury();
  }
  return written;
}

async function countSteps(): Promise<number> {
  let calls = 0;
  await inDirectory(async (path) => {
    const faulty = faultyFiles(systemFiles, () => undefined);
    await life(path, { from: 1, faulty });
    calls = faulty.calls;
  });
  return calls;
}

async function dieAt(step: number, fate: Fate): Promise<void> {
  await inDirectory(async (path) => {
    const faulty = faultyFiles(systemFiles, ({ index }) => index === step ? fate : undefined);
    const written = await life(path, { from: 1, faulty });
    const found = written + lastBatch(path, written);
    const label = `${fate} at step ${step}`;
    assert.deepEqual(failures(checkLog(path, { expected: { s: found } })), NONE, `${label}, as it was left`);
    const all = await life(path, { from: found + 1 });
    assert.deepEqual(failures(checkLog(path, { expected: { s: all } })), NONE, `${label}, after the next start`);
    const rest = fs.readdirSync(dirname(path)).filter((name) => name.endsWith(".tmp"));
    assert.deepEqual(rest, [], label);
  });
}

/** Lines of the batch during which the process died that reached the file all the same. */
function lastBatch(path: string, written: number): number {
  const all = logFiles(path).map((file) => new TextDecoder().decode(readWhole(file))).join("");
  return [1, 2, 3, 4].filter((n) => all.includes(`s ${written + n} `)).length;
}

Deno.test("30: dead before or after any step, every line is found once and every archive is whole", async () => {
  const steps = await countSteps();
  assert.ok(steps > 60, `${steps} steps`);
  for (let step = 1; step <= steps; step++) {
    await dieAt(step, "die before");
    await dieAt(step, "die after");
  }
});

Deno.test("30: any step that fails once is made up for", async () => {
  const steps = await countSteps();
  for (let step = 1; step <= steps; step++) {
    await inDirectory(async (path) => {
      let failed = "";
      const faulty = faultyFiles(systemFiles, ({ index, operation }) => {
        if (index !== step || operation === "write" || operation === "close") return undefined;
        failed = operation;
        return { errno: "EIO" };
      });
      const written = await life(path, { from: 1, faulty }).catch((error) => {
        if (error.name !== "AppdError") throw error;
        return 0; // Told to whoever opened the log or asked for the rotation; both may ask again.
      });
      const all = await life(path, { from: written === 0 ? highest(path) + 1 : written + 1 });
      assert.deepEqual(failures(checkLog(path, { expected: { s: all } })), NONE, `${failed} failed at step ${step}`);
    });
  }
});

function highest(path: string): number {
  const all = logFiles(path).map((file) => new TextDecoder().decode(readWhole(file))).join("");
  return Math.max(0, ...[...all.matchAll(/^s (\d+) /gm)].map((match) => Number(match[1])));
}
