/** Fault 32: far more is written than the budget allows. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { dirname, join } from "node:path";
import { createLineWriter } from "../../src/logging/line_writer.ts";
import { inDirectory, startEngine } from "./log_lab.ts";
import { sized } from "./seed.ts";

const MiB = 1024 * 1024;

function used(directory: string): number {
  return fs.readdirSync(directory).reduce((sum, name) => {
    return sum + (fs.statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

for (const compress of [false, true]) {
  Deno.test(`32: never above the budget and one file, compression ${compress ? "on" : "off"}`, async () => {
    const budget = sized(2 * MiB, 50 * MiB);
    const rotateSize = budget / 10;
    await inDirectory(async (path) => {
      const engine = startEngine({ path, policy: { rotateSize, maxTotal: budget, compress } });
      const writer = createLineWriter(engine.file, { timestamp: false, clock: engine.clock });
      const chunk = crypto.getRandomValues(new Uint8Array(64 * 1024)); // Does not compress: the worst case.
      let highest = 0;
      for (let written = 0; written < budget * sized(20, 100); written += chunk.length) {
        writer.write(chunk);
        engine.clock.advance(1);
        highest = Math.max(highest, used(dirname(path)));
        if (written % (8 * chunk.length) === 0) await new Promise((resolve) => setTimeout(resolve));
      }
      await engine.close();
      assert.ok(highest <= budget + rotateSize, `${highest} of ${budget} + ${rotateSize}`);
      assert.ok(highest >= budget * 0.8, `${highest}: the budget is made use of`);
    });
  });
}
