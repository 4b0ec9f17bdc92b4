import { AppdError, messageOf } from "../base/errors.ts";
import { exitCode } from "../base/exit_codes.ts";
import type { LogFields } from "../base/logger.ts";
import type { Logs } from "./logs.ts";

/** A failure of the start that stderr has already, as a record among others in JSON: plain lines would spoil them. */
export class ToldFailure extends AppdError {}

export interface FailedStart {
  readonly logs: Pick<Logs, "leaveStderr"> & { readonly logging: Pick<Logs["logging"], "logger"> };
  /** Whoever started it shows the failure; a record of it stands in every output. */
  readonly detached: boolean;
  /** Makes the commands of a hint those of this instance. */
  readonly advise: (text: string) => string;
}

/**
 * Writes down why the daemon cannot start: whoever started it may not have been there to read the answer. In the
 * foreground the command line tells it on stderr in its own words; so the record leaves stderr out, unless that has
 * records in JSON.
 *
 * @returns what is to be thrown
 */
export function recordFailure(error: unknown, { logs, detached, advise }: FailedStart): unknown {
  const isTold = !detached && !logs.leaveStderr();
  logs.logging.logger().error(`the start failed: ${sentence(error, advise)}`, fieldsOf(error, advise));
  if (!isTold) return error;
  const exit = error instanceof AppdError ? error.exit : "internal";
  return new ToldFailure(messageOf(error), { exit, cause: error });
}

function sentence(error: unknown, advise: FailedStart["advise"]): string {
  if (!(error instanceof AppdError)) return `internal error (this is a bug): ${messageOf(error)}`;
  return error.message.replace(/^ {2}hint: .*$/gm, advise);
}

/** The error itself has the stack, which the log shows at level debug. */
function fieldsOf(error: unknown, advise: FailedStart["advise"]): LogFields {
  const seeStack = "see the stack: run it again with --log-level debug";
  if (!(error instanceof AppdError)) return { exit: exitCode("internal"), hint: seeStack, error };
  return { exit: error.exitCode, ...(error.hint === undefined ? {} : { hint: advise(error.hint) }) };
}
