/** How what is printed may look: marks for a terminal, without colours every function returns its text, and its width. */
export interface Style {
  /** Longest row of a table, in characters; Infinity where nobody looks through a terminal. */
  readonly width: number;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

/** Select graphic rendition, ECMA-48 8.3.117. */
function sgr(code: number): (text: string) => string {
  return (text) => `\x1b[${code}m${text}\x1b[0m`;
}

const plain = (text: string) => text;

export const PLAIN: Style = { width: Infinity, bold: plain, dim: plain, good: plain, warn: plain, bad: plain };
export const COLOURED: Style = {
  width: Infinity,
  bold: sgr(1),
  dim: sgr(2),
  good: sgr(32),
  warn: sgr(33),
  bad: sgr(31),
};

/** What decides whether there are colours. */
export interface ColourQuestion {
  readonly terminal: boolean;
  readonly noColorOption: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** Colours only on a terminal that can show them, and not against NO_COLOR (no-color.org) or `--no-color`. */
export function wantsColour(question: ColourQuestion): boolean {
  const { env } = question;
  return question.terminal && !question.noColorOption && !env.NO_COLOR && env.TERM !== "dumb";
}
