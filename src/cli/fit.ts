import { displayWidth } from "./display_width.ts";

/** Size of a terminal in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A colour, which has no width, or one character. */
// deno-lint-ignore no-control-regex
const TOKEN = /\x1b\[[\d;]*m|[^]/gu;
const RESET = "\x1b[0m";

/** `line` cut to `width` places; colours have no width, and one that was begun is ended. */
export function cutLine(line: string, width: number): string {
  const kept: string[] = [];
  let room = width;
  let coloured = false;
  for (const [token] of line.matchAll(TOKEN)) {
    if (token.length > 2) coloured = token !== RESET;
    else if ((room -= displayWidth(token)) < 0) return kept.join("") + (coloured ? RESET : "");
    kept.push(token);
  }
  return line;
}

/** `lines` cut to what the terminal can show above the cursor; a last line says how many there are more. */
export function fitPage(lines: readonly string[], { columns, rows }: Size): string[] {
  const room = Math.max(1, rows - 1);
  const shown = lines.length <= room
    ? lines
    : [...lines.slice(0, room - 1), `... ${lines.length - room + 1} more lines`];
  return shown.map((line) => cutLine(line, columns));
}
