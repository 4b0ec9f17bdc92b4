import { AppdError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/** A wrong command line: nothing was done. `message` without final period, `hint` best a command to run. */
export function usageError(message: string, hint: string): AppdError {
  return new AppdError(message, { exit: "usage", hint });
}

/** What was probably meant, and else where to look. */
export interface Suggestion {
  readonly word: string;
  readonly candidates: Iterable<string>;
  /** A command that shows what there is. */
  readonly help: string;
  /** Put before the match in the text. Word and candidates come without it, because equal dashes are no likeness. */
  readonly prefix?: string;
}

/** `did you mean "status"? see: appd --help`, or only the second half when nothing is near. */
export function suggest(suggestion: Suggestion): string {
  const near = nearest(suggestion.word, suggestion.candidates);
  return near === undefined
    ? `see: ${suggestion.help}`
    : `did you mean "${suggestion.prefix ?? ""}${near}"? see: ${suggestion.help}`;
}
