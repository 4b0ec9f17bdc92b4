import { type Invocation, textOf } from "./invocation.ts";
import { usageError } from "./usage.ts";

/**
 * The mode that a command line asks for, `all` for everything; undefined when it says nothing of it, as always where the
 * program has no modes.
 *
 * @throws AppdError (usage) beside a command after `--`, which runs alone
 */
export function givenMode(invocation: Invocation): string | undefined {
  const mode = textOf(invocation, "mode");
  if (mode === undefined || invocation.trailing === undefined) return mode;
  throw usageError(
    `cannot use option "--mode" with a command after --: the command runs alone, in no mode`,
    "leave one of them out",
  );
}
