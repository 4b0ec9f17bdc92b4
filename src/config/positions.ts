import type { AST } from "toml-eslint-parser";
import type { FrameSpot } from "./code_frame.ts";
import type { Path } from "../schema/kind.ts";

/** Deepest way that is indexed: settings stand higher, and a hostile document cannot make the index grow with its square. */
const MAX_DEPTH = 8;

/** A place in the tree of a document, with the spots of its key and of its value. */
interface Place {
  key?: FrameSpot;
  value?: FrameSpot;
  readonly below: Map<string | number, Place>;
}

/** Finds where keys and values of a document stand. */
export interface Positions {
  /** Spot of the key or value at `path`, or of the nearest table around it. */
  find(path: Path, target: "key" | "value"): FrameSpot | undefined;
}

/** Reads a document's positions; undefined when its text cannot be followed. Loads a second parser, so only on demand. */
export async function positionsOf(text: string): Promise<Positions | undefined> {
  const { parseTOML, ParseError } = await import("toml-eslint-parser");
  try {
    const root: Place = { below: new Map() };
    for (const node of parseTOML(text).body[0].body) {
      if (node.type === "TOMLTable") addTable(root, node);
      else addPair(root, node, 0);
    }
    return { find: (path, target) => find(root, path, target) };
  } catch (error) {
    // The two parsers differ on oddities, and this one descends deeper; then the problem is told without its column.
    if (error instanceof ParseError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function find(root: Place, path: Path, target: "key" | "value"): FrameSpot | undefined {
  let place = root;
  let around: FrameSpot | undefined;
  for (const [index, step] of path.entries()) {
    const next = place.below.get(step);
    if (next === undefined) return around;
    const last = index === path.length - 1;
    around =
      (last && target === "key" ? next.key ?? next.value : last ? next.value ?? next.key : next.key ?? next.value) ??
        around;
    place = next;
  }
  return around;
}

function child(place: Place, step: string | number): Place {
  let next = place.below.get(step);
  if (next === undefined) place.below.set(step, next = { below: new Map() });
  return next;
}

function addTable(root: Place, table: AST.TOMLTable): void {
  const steps = table.resolvedKey;
  if (steps.length > MAX_DEPTH) return;
  let place = root;
  let word = 0;
  for (const step of steps) {
    place = child(place, step);
    if (typeof step === "string") place.key ??= spot(table.key.keys[word++] ?? table.key);
  }
  place.key ??= spot(table.key);
  place.value ??= spot(table.key);
  for (const pair of table.body) addPair(place, pair, steps.length);
}

function addPair(place: Place, pair: AST.TOMLKeyValue, depth: number): void {
  const { keys } = pair.key;
  if (depth + keys.length > MAX_DEPTH) return;
  for (const key of keys) {
    place = child(place, key.type === "TOMLBare" ? key.name : key.value);
    place.key ??= spot(key);
  }
  addValue(place, pair.value, depth + keys.length);
}

function addValue(place: Place, value: AST.TOMLContentNode, depth: number): void {
  place.value = spot(value);
  if (depth >= MAX_DEPTH) return;
  if (value.type === "TOMLInlineTable") { for (const pair of value.body) addPair(place, pair, depth); }
  if (value.type === "TOMLArray") {
    value.elements.forEach((item, index) => addValue(child(place, index), item, depth + 1));
  }
}

function spot({ loc }: { readonly loc: AST.HasLocs["loc"] }): FrameSpot {
  const { start, end } = loc;
  return {
    line: start.line,
    column: start.column + 1,
    length: start.line === end.line ? end.column - start.column : 1,
  };
}
