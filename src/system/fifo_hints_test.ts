import assert from "node:assert/strict";
import fs from "node:fs";
import { systemClock } from "./clock.ts";
import { systemFifos } from "./fifo.ts";
import { FifoHints } from "./fifo_hints.ts";

Deno.test("a write into a FIFO is hinted at, each path by itself", async () => {
  const directory = fs.mkdtempSync("/tmp/appd-hints-");
  try {
    using hints = new FifoHints(systemClock);
    const [a, b] = [`${directory}/a`, `${directory}/b`];
    for (const path of [a, b]) systemFifos.ensure(path);
    using fifo = systemFifos.open(a);
    let wrong = 0;
    const heard = Promise.withResolvers<void>();
    using _a = hints.add(a, heard.resolve);
    using _b = hints.add(b, () => wrong++);
    const late = setTimeout(() => heard.reject(new Error("no hint within 5 s")), 5000);
    const writer = setInterval(() => fs.writeSync(fifo.keeper, "x"), 20); // Watching begins in a later turn.
    await heard.promise.finally(() => (clearTimeout(late), clearInterval(writer)));
    assert.equal(wrong, 0);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
});
