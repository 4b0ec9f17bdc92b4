import assert from "node:assert/strict";
import { displayWidth, startOf } from "./display_width.ts";

Deno.test("a character takes the places that a terminal gives it", () => {
  const widths = {
    "": 0,
    abc: 3,
    "é…ß": 3,
    "e\u0301": 1,
    "日本": 4,
    "한글": 4,
    "Ａ！": 4,
    "😀": 2,
    "𠮷": 2,
    "a\u200b": 1,
  };
  for (const [text, width] of Object.entries(widths)) assert.equal(displayWidth(text), width, text);
});

Deno.test("a start is never wider than asked for, and keeps the marks of its last character", () => {
  assert.equal(startOf("日本語", 4), "日本");
  assert.equal(startOf("日本語", 5), "日本");
  assert.equal(startOf("e\u0301a", 1), "e\u0301");
  assert.equal(startOf("a😀b", 2), "a");
  assert.equal(startOf("abc", 0), "");
  assert.equal(startOf("abc", -1), "");
});
