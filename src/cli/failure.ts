import { AppdError, messageOf } from "../base/errors.ts";
import { escapeControls } from "../base/escape.ts";
import { exitCode } from "../base/exit_codes.ts";
import type { Output } from "./output.ts";

/** Whether the user wants to see the stack of a bug. */
export interface FailureOptions {
  readonly program: string;
  readonly stack: boolean;
}

/** What is said of a failure. */
export interface FailureReport {
  /** One line that says what could not be done and why; further lines only where the cause draws a code frame. */
  readonly message: string;
  /** What may help, best a command; it is made one about this instance. */
  readonly hint: string | undefined;
  /** The exit code. */
  readonly code: number;
  /** Each thing that is wrong, where there may be several. */
  readonly problems?: readonly unknown[] | undefined;
  /** Of a bug, where somebody wants to see it. */
  readonly stack?: string | undefined;
}

/** Says on stderr what failed: a line and a hint, or with `--json` one object, the same for every command. @returns the code */
export function complain(output: Output, report: FailureReport, program: string): number {
  const { message, code, problems, stack } = report;
  const hint = report.hint === undefined ? undefined : output.advise(report.hint);
  if (output.json) {
    output.complain(JSON.stringify({ error: { message, hint: hint ?? null, code, problems, stack } }));
    return code;
  }
  output.complain(`${program}: ${safeLines(message)}`);
  if (hint !== undefined) output.complain(`hint: ${safeLines(hint)}`);
  if (stack !== undefined) output.complain(safeLines(stack));
  return code;
}

/** Reports what was thrown. Anything but an AppdError is a bug. @returns the exit code */
export function reportFailure(output: Output, error: unknown, { program, stack }: FailureOptions): number {
  const report = error instanceof AppdError ? known(output, error) : bug(error, stack);
  return complain(output, { ...report, stack: stack && error instanceof Error ? stackOf(error) : undefined }, program);
}

function known(output: Output, error: AppdError): FailureReport {
  const { hint, exitCode: code, problems } = error;
  return { message: error.message.replace(/^ {2}hint: .*$/gm, output.advise), hint, code, problems };
}

function bug(error: unknown, stack: boolean): FailureReport {
  return {
    message: `internal error (this is a bug): ${escapeControls(messageOf(error))}`,
    hint: stack ? undefined : "see the stack: run it again with --verbose",
    code: exitCode("internal"),
  };
}

/**
 * Reports failures that one command had beside each other, each as {@link reportFailure} does; with `--json` they are one
 * object all the same, and several are its `problems`.
 *
 * @returns the exit code: the one that they share, else 1; 0 without any
 */
export function reportFailures(output: Output, errors: readonly AppdError[], options: FailureOptions): number {
  const codes = new Set(errors.map((error) => error.exitCode));
  const [code = 0] = codes.size > 1 ? [exitCode("generic")] : codes;
  if (!output.json || errors.length < 2) {
    for (const error of errors) reportFailure(output, error, options);
    return code;
  }
  const problems = errors.map(({ message, hint, exitCode: code }) => ({
    message,
    hint: hint === undefined ? null : output.advise(hint),
    code,
  }));
  const message = errors.map((error) => error.message).join("\n");
  return complain(output, { message, hint: undefined, code, problems }, options.program);
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
  return lines.join("\n");
}
