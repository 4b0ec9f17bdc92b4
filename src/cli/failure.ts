import { AppdError, messageOf } from "../base/errors.ts";
import { escapeControls } from "../base/escape.ts";
import { exitCode, type ExitName } from "../base/exit_codes.ts";
import type { Output } from "./output.ts";

/** Whether the user wants to see the stack of a bug. */
export interface FailureOptions {
  readonly program: string;
  readonly stack: boolean;
}

/**
 * Reports a failure on stderr: one line that says what could not be done and why (further lines only where the cause
 * draws a code frame), then the hint. With `--json` it is one object. Anything but an AppdError is a bug.
 *
 * @returns the exit code
 */
export function reportFailure(output: Output, error: unknown, options: FailureOptions): number {
  const failure = error instanceof AppdError ? error : undefined;
  const exit: ExitName = failure?.exit ?? "internal";
  const message = failure?.message.replace(/^ {2}hint: .*$/gm, output.advise) ??
    `internal error (this is a bug): ${escapeControls(messageOf(error))}`;
  const advice = failure === undefined && !options.stack ? "see the stack: run it again with --verbose" : failure?.hint;
  const hint = advice === undefined ? undefined : output.advise(advice);
  if (output.json) {
    const { problems } = (failure ?? {}) as { problems?: unknown };
    const details = problems === undefined ? {} : { problems };
    output.complain(JSON.stringify({ error: { message, hint: hint ?? null, code: exitCode(exit), ...details } }));
  } else {
    output.complain(`${options.program}: ${safeLines(message)}`);
    if (hint !== undefined) output.complain(`hint: ${safeLines(hint)}`);
  }
  if (options.stack && error instanceof Error) output.complain(stackOf(error));
  return exitCode(exit);
}

/** Newlines and tabs are ours, in code frames; everything else that could drive a terminal is shown escaped. */
function safeLines(text: string): string {
  return text.split("\n").map(escapeControls).join("\n");
}

/** The stack with the chain of causes below it. */
function stackOf(error: Error): string {
  const lines = [error.stack ?? error.message];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    lines.push(`caused by: ${cause.stack ?? cause.message}`);
  }
  return safeLines(lines.join("\n"));
}
