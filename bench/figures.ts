/** Figures that were measured, kept beside the bench so that one row can be measured anew without all the others. */
import fs from "node:fs";
import type { Figure, Row } from "./rows.ts";

const FILE = new URL("figures.json", import.meta.url);

/** A figure with what it was measured of. */
export interface Kept extends Figure {
  /** `appd 0.1.0 (COMMIT)`. */
  readonly version: string;
  /** Of a quick run, which a full one replaces and which never replaces a full one. */
  readonly quick: boolean;
}

export type Figures = Readonly<Record<string, Kept>>;

/** Those of earlier runs, by the row's id. */
export function readFigures(): Figures {
  return fs.existsSync(FILE) ? JSON.parse(fs.readFileSync(FILE, "utf8")) as Figures : {};
}

/** Puts new figures to those that are kept. */
export function mergeFigures(kept: Figures, fresh: Figures): Figures {
  const worthy = Object.entries(fresh).filter(([id, { quick }]) => !quick || (kept[id]?.quick ?? true));
  return { ...kept, ...Object.fromEntries(worthy) };
}

/** @param rows in the order in which they are to stand */
export function writeFigures(figures: Figures, rows: readonly Row[]): void {
  const ordered = rows.flatMap(({ id }) => figures[id] === undefined ? [] : [[id, figures[id]]]);
  fs.writeFileSync(FILE, JSON.stringify(Object.fromEntries(ordered), null, 2) + "\n");
}
