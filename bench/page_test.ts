import assert from "node:assert/strict";
import { isOver, page, type Result } from "./page.ts";
import type { Figure, Row } from "./rows.ts";

function result(row: Partial<Row>, figure: Figure): Result {
  const whole: Row = { id: "r", what: "this ÷ that", unit: "×", measure: () => Promise.resolve(figure), ...row };
  return { row: whole, figure };
}

Deno.test("a figure above its limit is over, and so is one that is no number", () => {
  const over = (value: number, limit?: number) =>
    isOver(result(limit === undefined ? {} : { limit }, { value, detail: "" }));
  assert.deepEqual([over(1, 1), over(1.1, 1), over(NaN, 1), over(9)], [false, true, true, false]);
});

Deno.test("a row without a limit has an empty cell, and a peer that is not there says why", () => {
  const one = result({ limit: 2 }, { value: 1.5, detail: "3 ÷ 2" });
  const fifty = result({ id: "idle50", what: "CPU", unit: "%" }, {
    value: 0.1234,
    detail: "3 × 30 s",
    peers: [
      { name: "x 1.0", ratio: 0.5, detail: "1 ÷ 2" },
      { name: "y", skipped: "y is not installed (apt-get install y)" },
    ],
  });
  const kept = ({ row, figure }: Result) => ({ row, figure: { ...figure, version: "appd 1", quick: false } });
  const text = page({
    results: [kept(one), kept(fifty)],
    one: [one.row],
    fifty: [fifty.row],
    jobs: [],
    delays: [],
    apps: [],
  });
  const rows = text.split("\n").filter((line) => line.startsWith("|") && !line.startsWith("| what"));
  assert.deepEqual(rows.filter((line) => !line.startsWith("| ---")), [
    "| this ÷ that | 2 × | **1.50 ×** | 3 ÷ 2 |",
    "| CPU |  | **0.123 %** | 3 × 30 s |",
    "| row | ÷ x 1.0 | ÷ y |",
    "| `idle50` | 0.50 × (1 ÷ 2) | skipped: y is not installed (apt-get install y) |",
  ]);
});
