import assert from "node:assert/strict";
import { COLOURED, PLAIN } from "./style.ts";
import { shorten } from "./shorten.ts";
import { type Cell, type Column, free, pagedTable, spare, table } from "./table.ts";

const rowsOf = (...rows: readonly (readonly string[])[]): Cell[][] => rows.map((row) => row.map((text) => ({ text })));

/** The table in a terminal of this width, without the two characters that stay free. */
const within = (width: number, head: readonly (string | Column)[], ...rows: readonly (readonly string[])[]) =>
  table(head, rowsOf(...rows), { width: width + 2 });

Deno.test("columns are as wide as their widest cell, the last one is not padded", () => {
  assert.deepEqual(table(["K", "V"], rowsOf(["a", "long"], ["wide", "b"]), PLAIN), [
    "K     V",
    "a     long",
    "wide  b",
  ]);
});

Deno.test("a table may have more rows than a call takes arguments", () => {
  const rows = Array.from({ length: 400_000 }, () => [{ text: "a" }, { text: "b" }]);
  assert.equal(table(["KEY", "VALUE"], rows, PLAIN).at(-1), "a    b");
});

Deno.test("without a terminal nothing is shortened or left out", () => {
  const [, row = ""] = table([free("NAME"), spare("PID"), free("NOTE")], rowsOf(["n", "1", "x".repeat(500)]), PLAIN);
  assert.equal(row.length, "NAME  PID  ".length + 500);
});

Deno.test("in a narrow terminal the longest free text is shortened, as little as needed", () => {
  const head = [free("NAME"), "PID", free("NOTE")];
  const row = ["web", "12345", "it ended with exit code 3"];
  assert.deepEqual(within(40, head, row), ["NAME  PID    NOTE", "web   12345  it ended with exit code 3"]);
  assert.deepEqual(within(30, head, row), ["NAME  PID    NOTE", "web   12345  it ended with ex…"]);
  const both = within(31, head, ["a-program-with-a-long-name", "12345", "it ended with exit code 3"]);
  assert.deepEqual(both, ["NAME         PID    NOTE", "a-program-…  12345  it ended w…"]);
});

Deno.test("spare columns go, the last first, before free text is too short to be read", () => {
  const head = [free("NAME"), spare("PID"), spare("CPU"), "STATE", free("NOTE")];
  const row = ["web", "12345", "0.1%", "failed", "it ended with exit code 3"];
  assert.match(within(39, head, row)[1] ?? "", /^web {3}12345 {2}0\.1% {2}failed {2}it ended wi…$/);
  assert.match(within(38, head, row)[1] ?? "", /^web {3}12345 {2}failed {2}it ended with ex…$/);
  assert.match(within(27, head, row)[1] ?? "", /^web {3}failed {2}it ended wit…$/);
});

Deno.test("as long as there is any room, each row is one line", () => {
  const head = [free("NAME"), spare("PID"), "STATE", free("NOTE")];
  for (let width = 16; width < 60; width++) {
    const lines = within(width, head, ["a-long-name-of-a-program", "12345", "backoff", "y".repeat(80)]);
    for (const line of lines) assert.ok(line.length <= width, `${width}: ${line}`);
  }
});

Deno.test("blanks that pages asked for are no text, and colours are no width", () => {
  const rows = [[{ text: "ok".padEnd(12), paint: COLOURED.good }, { text: "z".repeat(20) }]];
  const [, line] = table(["STATE", free("NOTE")], rows, { width: 22 });
  assert.equal(line, `\x1b[32mok   \x1b[0m  ${"z".repeat(12)}…`);
});

Deno.test("the pages of a table have the columns of the first, whatever stands on them", () => {
  const page = pagedTable(["AT", spare("TOOK"), free("NOTE")], { width: 42 });
  const one = page(rowsOf(["2026-11-22 07:12:09 UTC", "17ms", "-"]));
  assert.deepEqual(one, ["AT                       TOOK  NOTE", "2026-11-22 07:12:09 UTC  17ms  -"]);
  const two = page(rowsOf(["2026-11-22 07:12:10 UTC", "1h 59m", "it ended with exit code 3"]));
  assert.deepEqual(two, ["2026-11-22 07:12:10 UTC  1h 59m  it end…"]);
  const narrow = pagedTable(["AT", spare("TOOK"), free("NOTE")], { width: 26 });
  assert.deepEqual(narrow(rowsOf(["12:09", "17ms", "y".repeat(40)])), ["AT     NOTE", `12:09  ${"y".repeat(16)}…`]);
  assert.deepEqual(narrow(rowsOf(["12:10", "18ms", "-"])), ["12:10  -"]);
});

Deno.test("a row of wide characters is as wide as it is on the terminal", () => {
  const row = ["main", "失败：磁盘已满，请清理后重试", "end"];
  assert.deepEqual(within(24, ["BRANCH", free("NOTE"), "X"], row), [
    "BRANCH  NOTE         X",
    "main    失败：磁盘…  end",
  ]);
  assert.deepEqual(table(["K", "V"], rowsOf(["日本", "a"], ["b", "b"])), ["K     V", "日本  a", "b     b"]);
});

Deno.test("a text is cut between characters", () => {
  assert.equal(shorten("abc", 3), "abc");
  assert.equal(shorten("abcd", 3), "ab…");
  assert.equal(shorten("a😀😀b", 4), "a😀…");
  assert.equal(shorten("a😀😀b", 3), "a…", "a picture takes two places");
  assert.equal(shorten("ab  ", 2), "ab");
});
