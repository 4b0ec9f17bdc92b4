import { displayWidth } from "./display_width.ts";
import { shorten } from "./shorten.ts";
import { PLAIN, type Style } from "./style.ts";

/** A cell that is coloured after it was padded, so that escapes do not count as width. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** A column, and how it gives way where a terminal is too narrow; as a title alone it does not. */
export interface Column {
  readonly title: string;
  /** Free text, which is shortened: names, reasons, what somebody wrote. */
  readonly free?: true;
  /** Left out before free text is too short to be read: a person can do without it. */
  readonly spare?: true;
}

/** A column of free text. */
export function free(title: string): Column {
  return { title, free: true };
}

/** A column that a person can do without. */
export function spare(column: string | Column): Column {
  return { ...columnOf(column), spare: true };
}

function columnOf(column: string | Column): Column {
  return typeof column === "string" ? { title: column } : column;
}

const GAP = "  ";
/** Characters that stay free: a table may stand indented under its title. */
const INDENT = 2;
/** Free text is not shortened below this as long as there are spare columns. */
const READABLE = 12;
/** Nor below this as long as that leaves everything else whole. */
const LEAST = 6;

/**
 * Lines of a table with aligned columns; the last one is not padded. On a terminal a row is one line of it: free text is
 * shortened, the longest first, spare columns are left out, the last first, and at last every text is shortened. Elsewhere
 * nothing is lost. Blanks at the end of a cell are width that it would like to have.
 *
 * @param style that of the output says how wide the terminal is; without it the table is whole
 */
export function table(
  head: readonly (string | Column)[],
  rows: readonly (readonly Cell[])[],
  { width }: Pick<Style, "width"> = PLAIN,
): string[] {
  return pagedTable(head, { width })(rows);
}

/**
 * A table as {@link table}, of which a part is printed at a time: the first has the head, and its columns are those of all.
 *
 * @returns the lines of the next part
 */
export function pagedTable(
  head: readonly (string | Column)[],
  style: Pick<Style, "width">,
): (rows: readonly (readonly Cell[])[]) => string[] {
  const titles = head.map((column): Cell => ({ text: columnOf(column).title }));
  let columns: readonly Placed[] = head.map((column, at) => ({ ...columnOf(column), at }));
  let parts = 0;
  return (rows) => {
    const all = [titles, ...rows];
    const fitted = fittedTo(columns, { all, room: style.width - INDENT });
    columns = fitted.map(({ spare: _, ...column }) => column);
    return (parts++ === 0 ? all : rows).map((row) => lineOf(row, fitted));
  };
}

interface Placed extends Column {
  /** Place in the head. */
  readonly at: number;
}

interface Measured extends Placed {
  /** Places of the terminal. */
  readonly width: number;
}

interface Given {
  readonly all: readonly (readonly Cell[])[];
  /** Places of the terminal. */
  readonly room: number;
}

function fittedTo(columns: readonly Placed[], { all, room }: Given): readonly Measured[] {
  const measured = (length: (text: string) => number) =>
    // Not Math.max(...all): the settings of ten thousand jobs are more rows than a call takes arguments.
    columns.map((column): Measured => {
      return { ...column, width: all.reduce((most, row) => Math.max(most, length(row[column.at]?.text ?? "")), 0) };
    });
  const wished = measured(displayWidth);
  return widthOf(wished) <= room ? wished : fit(measured((text) => displayWidth(text.trimEnd())), room);
}

function lineOf(row: readonly Cell[], columns: readonly Measured[]): string {
  return columns.map(({ at, width }, index) => {
    const { text, paint } = row[at] ?? { text: "" };
    const short = shorten(text, width);
    const padded = index === columns.length - 1 ? short : short + " ".repeat(Math.max(0, width - displayWidth(short)));
    return paint ? paint(padded) : padded;
  }).join(GAP).trimEnd();
}

/** The columns that are shown, as wide as `room` places let them be. */
function fit(columns: readonly Measured[], room: number): readonly Measured[] {
  const short = capped(columns, { room, least: READABLE });
  if (short !== undefined) return short;
  const last = columns.findLast(({ spare }) => spare);
  if (last !== undefined) return fit(columns.filter((one) => one !== last), room);
  return capped(columns, { room, least: LEAST }) ??
    capped(columns.map((one) => ({ ...one, free: true })), { room, least: 1 }) ?? columns;
}

/** With one limit for all free text, as high as can be; undefined when it would be below `least`. */
function capped(columns: readonly Measured[], { room, least }: { room: number; least: number }) {
  for (let cap = room; cap >= least; cap--) {
    const short = columns.map((one) => one.free ? { ...one, width: Math.min(one.width, cap) } : one);
    if (widthOf(short) <= room) return short;
  }
  return undefined;
}

function widthOf(columns: readonly Measured[]): number {
  return columns.reduce((sum, { width }) => sum + width, GAP.length * (columns.length - 1));
}
