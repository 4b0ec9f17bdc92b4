const MARK = "…";

/** `text` with at most `width` characters; a mark stands for what is left out. Blanks at its end are no text. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  const characters = [...text.trimEnd()]; // Not cut within a character of two code units.
  if (characters.length <= width) return characters.join("");
  return `${characters.slice(0, Math.max(0, width - MARK.length)).join("")}${MARK}`;
}
