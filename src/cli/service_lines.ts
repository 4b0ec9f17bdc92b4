import type { Installed } from "../app/service/installed.ts";
import { givenMode } from "./given_mode.ts";
import type { VerbInput } from "./verb.ts";
import { usageError } from "./usage.ts";

/**
 * Refuses a start that a service manager cannot do: it starts what is installed, and knows no other settings.
 *
 * @throws AppdError (usage)
 */
export function requirePlain({ invocation, program }: VerbInput, { target }: Installed): void {
  const settings = Object.keys(invocation.settings);
  const given = invocation.trailing === undefined ? settings[0] : "a command after --";
  const mode = givenMode(invocation);
  if (given === undefined && mode === undefined) return;
  if (given === undefined) {
    throw usageError(
      `cannot start "${target.unit}" with --mode: the instance is installed as a service, which has its mode from there`,
      `install it with that: ${program.name} install --mode ${mode}; then: ${program.name} restart`,
    );
  }
  throw usageError(
    `cannot start "${target.unit}" with ${given}: the instance is installed as a service, which has its settings from its configuration`,
    `write it there: ${program.name} config edit; or start another instance: --name NAME`,
  );
}
