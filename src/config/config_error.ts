import { AppdError } from "../base/errors.ts";
import { escapeControls } from "../base/escape.ts";

/** Where a problem stands. */
export type ProblemPlace =
  | { readonly kind: "file"; readonly path: string; readonly line: number; readonly column: number }
  | { readonly kind: "option"; readonly name: string }
  | { readonly kind: "variable"; readonly name: string }
  /** It is about a value that was to be written, and stands nowhere. */
  | { readonly kind: "value"; readonly name: string };

/** One thing that is wrong with the configuration. */
export interface Problem {
  readonly place: ProblemPlace;
  /** What is wrong, naming the setting; no final period. */
  readonly message: string;
  readonly hint?: string;
  /** The line of the file with a mark below, drawn. */
  readonly frame?: string;
}

/** Most problems that a message shows; the rest is counted. */
const SHOWN = 20;

/**
 * The configuration is invalid. The message names every problem, each as `file:line:column: message` with its line
 * drawn. Exit code: usage when only options are wrong, otherwise config.
 */
export class ConfigError extends AppdError {
  override readonly problems: readonly Problem[];

  /** @param action what cannot be done, in the words of a message */
  constructor(problems: readonly Problem[], action = "load the configuration") {
    const [first] = problems;
    const alone = problems.length === 1 ? first : undefined;
    const text = alone
      ? `cannot ${action}: ${blockOf(alone)}`
      : `cannot ${action}: ${problems.length} problems\n${problems.slice(0, SHOWN).map(blockWithHint).join("\n")}${
        problems.length > SHOWN ? `\nand ${problems.length - SHOWN} more` : ""
      }`;
    super(text, {
      exit: problems.every(({ place }) => place.kind === "option") ? "usage" : "config",
      ...(alone?.hint === undefined ? {} : { hint: escapeControls(alone.hint) }),
    });
    this.problems = problems;
  }

  /** The first problem on one line and how many others there are, for a log record or a status. */
  get summary(): string {
    const [first, ...others] = this.problems;
    const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
    return first === undefined ? this.message : `${lineOf(first)}${more}`;
  }
}

/** `file:line:column: message`, on one line whatever the configuration contains. */
function lineOf({ place, message }: Problem): string {
  return escapeControls(`${placeText(place)}${message}`);
}

/** `file:line:column: message (hint)`, for a warning. */
export function problemText({ place, message, hint }: Problem): string {
  return `${placeText(place)}${message}${hint === undefined ? "" : ` (${hint})`}`;
}

function placeText(place: ProblemPlace): string {
  if (place.kind === "file") return `${place.path}:${place.line}:${place.column}: `;
  if (place.kind === "value") return "";
  return place.kind === "option" ? `option --${place.name}: ` : `variable ${place.name}: `;
}

function blockOf(problem: Problem): string {
  return problem.frame === undefined ? lineOf(problem) : `${lineOf(problem)}\n${problem.frame}`;
}

function blockWithHint(problem: Problem): string {
  return problem.hint === undefined ? blockOf(problem) : `${blockOf(problem)}\n  hint: ${escapeControls(problem.hint)}`;
}
