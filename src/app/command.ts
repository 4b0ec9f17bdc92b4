/** A command line to supervise without a configuration: the words after `--`, and where they were given. */
export interface Command {
  readonly words: readonly string[];
  /** Absolute directory that the command runs in. */
  readonly cwd: string;
}

/** The words as given in the directory that we are in. */
export function commandHere(words: readonly string[]): Command {
  return { words, cwd: Deno.cwd() };
}
