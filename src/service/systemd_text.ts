/**
 * Words of systemd unit files, systemd.syntax(7) and systemd.service(5). `%` begins a specifier everywhere; `$` a variable
 * in the arguments of a command, but not in its first word; quotes and backslashes group and escape.
 */

/** A word as it is meant: text to be escaped, or a specifier such as `%h` with text behind it. */
export type Word = string | { readonly specifier: string; readonly text: string };

/** A word of a list setting (`ReadWritePaths=`, `Environment=`) or the first of a command: no variables there. */
export function unitWord(word: Word): string {
  return quoted(word, (text) => text.replaceAll("%", "%%"));
}

/** An argument in `ExecStart=`. */
export function argumentWord(word: Word): string {
  return quoted(word, (text) => text.replaceAll("%", "%%").replaceAll("$", "$$$$"));
}

/** The command line of `ExecStart=` and its like; the first word is the path of a program. */
export function commandLine(words: readonly Word[]): string {
  return words.map((word, index) => index === 0 ? unitWord(word) : argumentWord(word)).join(" ");
}

/** The text of a setting that is one line and no list, such as `Description=`; there is nothing but `%` to escape. */
export function unitLine(text: string): string {
  return text.replaceAll("%", "%%").trim();
}

const PLAIN = /^[A-Za-z0-9_./:@+,=%-]+$/;

function quoted(word: Word, escape: (text: string) => string): string {
  const text = typeof word === "string" ? escape(word) : word.specifier + escape(word.text);
  return PLAIN.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}
