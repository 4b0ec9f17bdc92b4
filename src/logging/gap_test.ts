import assert from "node:assert/strict";
import { Gap, gapLine } from "./gap.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a line that began in the gap is lost to its end", () => {
  const gap = new Gap(0, "ENOSPC");
  gap.take(bytes("one\ntwo\nthr"));
  assert.equal(gap.open, true);
  assert.deepEqual(gap.finishLine(bytes("ee")), bytes(""));
  assert.deepEqual(gap.finishLine(bytes("\nfour\n")), bytes("four\n"));
  assert.deepEqual([gap.lines, gap.bytes, gap.open], [3, 14, false]);
});

Deno.test("the marker names the figures, the times and the cause", () => {
  const gap = new Gap(Date.UTC(2025, 10, 1), "ENOSPC");
  gap.take(bytes("x\n"));
  assert.equal(
    gapLine(gap.report(Date.UTC(2025, 10, 2))),
    "[appd] gap: 1 lines (2 bytes) lost between 2025-11-01T00:00:00.000Z and 2025-11-02T00:00:00.000Z: ENOSPC",
  );
  assert.match(gapLine(gap.report(Date.UTC(2025, 10, 2)), "pear"), /^\[pear\] gap: 1 lines/);
});
