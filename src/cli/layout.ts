import { escapeControls } from "../base/escape.ts";
import type { Style } from "./style.ts";

/** Lines of `text`, broken between words so that none is longer than `width` characters where that is possible. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Two columns: terms on the left, wrapped texts on the right. */
export function definitions(rows: readonly (readonly [term: string, text: string])[], width: number): string[] {
  const left = Math.min(30, Math.max(0, ...rows.map(([term]) => term.length)));
  return rows.flatMap(([term, text]) => {
    const [first = "", ...more] = wrap(text, Math.max(20, width - left - 4));
    const indent = " ".repeat(left + 4);
    const head = term.length > left ? [`  ${term}`, indent + first] : [`  ${term.padEnd(left)}  ${first}`];
    return [...head, ...more.map((line) => indent + line)];
  });
}

/** A row of {@link labelled}. */
export type LabelledRow = readonly [label: string, text: string | null | undefined];

/** `Label:  text` with aligned texts; a row without a text is left out. */
export function labelled(indent: number, all: readonly LabelledRow[]): string[] {
  const shown = all.filter((row): row is readonly [string, string] => typeof row[1] === "string");
  const width = Math.max(11, ...shown.map(([label]) => label.length + 2));
  return shown.map(([label, text]) => `${" ".repeat(indent)}${`${label}:`.padEnd(width)} ${text}`);
}

/** Lines under a title, after an empty line; nothing at all when there are none. */
export function section(title: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0 ? [] : ["", style.bold(`${title}:`), ...lines.map((line) => `  ${line}`)];
}

/** A path for people, what is in their home directory after `~`. */
export function homePath(path: string, { userHome: home }: { readonly userHome: string }): string {
  const shown = home.length > 1 && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
  return escapeControls(shown);
}
