const PLAIN = /^[A-Za-z0-9_./:@%+,=-]+$/;

/** A word of sh(1) that is exactly `text`. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command line of sh(1). */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** `export` lines for variables, one a line. */
export function shellExports(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([key, value]) => `export ${key}=${shellWord(value)}`);
}
