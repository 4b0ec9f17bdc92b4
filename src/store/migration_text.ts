import { fingerprint } from "../base/fingerprint.ts";

/** Strings and names in quotes, comments, white space, words, and every other character alone: https://sqlite.org/lang.html */
const TOKENS =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|(--[^\n]*|\/\*[^]*?(?:\*\/|$)|\s+)|[\w$\u0080-\uffff]+|[^]/g;

/** What stands for the text of a step: the same where only comments and white space differ. */
export function textSum(sql: string): string {
  return fingerprint(wordsOf(sql).join(" "));
}

/** A text as its words, without comments and white space. */
export function wordsOf(sql: string): readonly string[] {
  return [...sql.matchAll(TOKENS)].filter(([, nothing]) => nothing === undefined).map(([token]) => token);
}

/**
 * Names of tables, indexes, views and triggers that a text makes, in small letters.
 *
 * @param options `evenIfThere`: also of what it makes only where there is none, `IF NOT EXISTS`
 */
export function madeBy(sql: string, { evenIfThere = true } = {}): readonly string[] {
  const made =
    /\bCREATE\s+(?:UNIQUE\s+|VIRTUAL\s+)?(?:TABLE|INDEX|VIEW|TRIGGER)\s+(IF\s+NOT\s+EXISTS\s+)?["'`[]?([\w$]+)/gi;
  const found = [...sql.matchAll(made)].filter(([, ifMissing]) => evenIfThere || ifMissing === undefined);
  return found.map(([, , name = ""]) => name.toLowerCase());
}
