import { displayWidth, startOf } from "./display_width.ts";

const MARK = "…";

/** `text` in at most `width` places of a terminal; a mark stands for what is left out. Blanks at its end are no text. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const trimmed = text.trimEnd();
  return displayWidth(trimmed) <= width ? trimmed : `${startOf(trimmed, width - 1)}${MARK}`;
}
