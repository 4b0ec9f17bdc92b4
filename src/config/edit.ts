import type { AST } from "toml-eslint-parser";
import type { Path } from "../schema/kind.ts";
import { tomlKey, tomlText } from "../schema/toml_text.ts";

/** A replacement of `text` from offset `from` to offset `to`. */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/**
 * The text with one value set. Every other character stays, comments and line ends included. Tables that are missing are
 * added at the end; elements of arrays have to be there.
 *
 * @param text valid TOML
 * @param path way to the value: `["server", "port"]`, `["program", 0, "restart"]`
 * @param raw the value as TOML has it
 */
export async function setInToml(text: string, path: Path, raw: unknown): Promise<string> {
  const { parseTOML } = await import("toml-eslint-parser");
  const top = parseTOML(text).body[0];
  const { from, to, insert } = spliceOf({ text, top, path, value: tomlText(raw) });
  return text.slice(0, from) + insert + text.slice(to);
}

interface EditInput {
  readonly text: string;
  readonly top: AST.TOMLTopLevelTable;
  readonly path: Path;
  readonly value: string;
}

function spliceOf(input: EditInput): Splice {
  const existing = findPair(input.top, input.path);
  if (existing) return { from: existing.value.range[0], to: existing.value.range[1], insert: input.value };
  // The innermost table that is there gets the rest of the way: as its own line, or between its braces.
  for (let length = input.path.length - 1; length > 0; length--) {
    const [outer, rest] = [input.path.slice(0, length), input.path.slice(length)];
    const inline = findPair(input.top, outer);
    if (inline?.value.type === "TOMLInlineTable") return intoInline(inline.value, { ...input, path: rest });
    const table = input.top.body.find((node) => node.type === "TOMLTable" && equal(node.resolvedKey, outer));
    if (table?.type === "TOMLTable") return afterNode(table.body.at(-1) ?? table.key, { ...input, path: rest });
    const dotted = findDotted(input.top, outer);
    if (dotted) return afterNode(dotted.pair, { ...input, path: [...dotted.above, ...rest] });
  }
  return input.path.length === 1 ? intoTop(input) : newTable(input);
}

function keysOf(pair: AST.TOMLKeyValue): string[] {
  return pair.key.keys.map((key) => key.type === "TOMLBare" ? key.name : key.value);
}

function equal(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}

function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && equal(path.slice(0, start.length), start);
}

/** Every pair of the document that is not inside an inline table, with the way to the table that it stands in. */
function* pairsOf(top: AST.TOMLTopLevelTable): Generator<{ base: Path; pair: AST.TOMLKeyValue }> {
  for (const node of top.body) {
    if (node.type === "TOMLKeyValue") yield { base: [], pair: node };
    else for (const pair of node.body) yield { base: node.resolvedKey, pair };
  }
}

/** The pair whose whole way is `path`, also inside inline tables. */
function findPair(top: AST.TOMLTopLevelTable, path: Path): AST.TOMLKeyValue | undefined {
  for (const { base, pair } of pairsOf(top)) {
    if (!startsWith(path, base)) continue;
    const found = within(pair, path.slice(base.length));
    if (found) return found;
  }
  return undefined;
}

function within(pair: AST.TOMLKeyValue, path: Path): AST.TOMLKeyValue | undefined {
  const keys = keysOf(pair);
  if (equal(keys, path)) return pair;
  if (!startsWith(path, keys) || pair.value.type !== "TOMLInlineTable") return undefined;
  for (const inner of pair.value.body) {
    const found = within(inner, path.slice(keys.length));
    if (found) return found;
  }
  return undefined;
}

/** The last pair that makes the table `outer` by a dotted key, and the part of the way that such a key repeats. */
function findDotted(top: AST.TOMLTopLevelTable, outer: Path): { pair: AST.TOMLKeyValue; above: Path } | undefined {
  let found: { pair: AST.TOMLKeyValue; above: Path } | undefined;
  for (const { base, pair } of pairsOf(top)) {
    if (!startsWith(outer, base) || base.length === outer.length) continue;
    const keys = keysOf(pair);
    const above = outer.slice(base.length);
    if (keys.length > above.length && startsWith(keys, above)) found = { pair, above };
  }
  return found;
}

function dottedKey(path: Path): string {
  return path.map((step) => tomlKey(String(step))).join(".");
}

function newline(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** A line of its own after the line on which `node` ends. */
function afterNode(node: AST.TOMLKeyValue | AST.TOMLKey, { text, path, value }: EditInput): Splice {
  const indent = /[ \t]*$/.exec(text.slice(0, node.range[0]).split("\n").at(-1) ?? "")?.[0] ?? "";
  const end = text.indexOf("\n", node.range[1]);
  const line = `${node.type === "TOMLKey" ? "" : indent}${dottedKey(path)} = ${value}${newline(text)}`;
  if (end >= 0) return { from: end + 1, to: end + 1, insert: line };
  return { from: text.length, to: text.length, insert: newline(text) + line };
}

function intoInline(table: AST.TOMLInlineTable, { path, value }: EditInput): Splice {
  const pair = `${dottedKey(path)} = ${value}`;
  const last = table.body.at(-1);
  if (last) return { from: last.range[1], to: last.range[1], insert: `, ${pair}` };
  return { from: table.range[0], to: table.range[1], insert: `{ ${pair} }` };
}

/** A line above the first table, after the other settings that stand there. */
function intoTop(input: EditInput): Splice {
  const { text, top } = input;
  const last = top.body.filter((node) => node.type === "TOMLKeyValue").at(-1);
  if (last) return afterNode(last, input);
  const first = top.body[0];
  const from = first === undefined ? text.length : commentAbove(text, first.range[0]);
  const gap = first === undefined ? "" : newline(text);
  const before = from > 0 && text[from - 1] !== "\n" ? newline(text) : "";
  return { from, to: from, insert: `${before}${dottedKey(input.path)} = ${input.value}${newline(text)}${gap}` };
}

/** Offset of the first of the comment lines that stand directly above the line at `offset`. */
function commentAbove(text: string, offset: number): number {
  let start = text.lastIndexOf("\n", offset - 1) + 1;
  while (start > 0) {
    const previous = text.lastIndexOf("\n", start - 2) + 1;
    if (!/^[ \t]*#/.test(text.slice(previous, start))) break;
    start = previous;
  }
  return start;
}

function newTable({ text, path, value }: EditInput): Splice {
  const eol = newline(text);
  const gap = text === "" ? "" : text.endsWith("\n") ? eol : eol + eol;
  const section = dottedKey(path.slice(0, 1));
  const insert = `${gap}[${section}]${eol}${dottedKey(path.slice(1))} = ${value}${eol}`;
  return { from: text.length, to: text.length, insert };
}
