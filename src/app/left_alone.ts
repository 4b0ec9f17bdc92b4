import { AppdError } from "../base/errors.ts";

/** Why a restart was refused, with what became of the daemon that runs: nothing. What is no refusal stays what it is. */
export function leftAlone(error: unknown, pid: number | undefined): unknown {
  if (!(error instanceof AppdError) || error.constructor !== AppdError) return error; // Others say more than a line.
  const told = `the daemon that runs${pid === undefined ? "" : `, PID ${pid},`} was left as it is`;
  const hint = error.hint === undefined ? told : `${error.hint}; ${told}`;
  return new AppdError(error.message, { exit: error.exit, hint, cause: error });
}
