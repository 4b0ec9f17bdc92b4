import { cannot } from "../../base/errors.ts";
import type { Scope } from "../../service/definition.ts";
import { requirePermission } from "./plan.ts";
import { type ServiceWorld, tell } from "./ports.ts";
import { placeOf, requireOwned, type ServiceChoice } from "./uninstall.ts";
import { unitState } from "./unit_state.ts";

/** What came of it. */
export interface EnableResult {
  readonly unit: string;
  readonly scope: Scope;
  readonly enabled: boolean;
  /** It was so before. */
  readonly already: boolean;
}

/**
 * Has the service start at boot, or when its user logs in, or no more.
 *
 * @throws AppdError (generic) when it is not installed, (noPermission), (cannotCreate) when it is not ours
 */
export async function enableService(
  world: ServiceWorld,
  { scope, on, dryRun }: ServiceChoice & { readonly on: boolean; readonly dryRun: boolean },
): Promise<EnableResult> {
  const verb = on ? "enable" : "disable";
  const place = placeOf(world, { scope });
  const { target, owned } = place;
  requireOwned(world, verb, place);
  if (owned === undefined) {
    throw cannot([verb, target.unit], "it is not installed", {
      exit: "generic",
      hint: `install it: ${world.program} install --${target.scope}`,
    });
  }
  const { enabled } = await unitState(world, target);
  const already = enabled === on;
  if (!already && !dryRun) {
    requirePermission(world, { verb, target });
    await tell(world, target, { action: verb });
  }
  return { unit: target.unit, scope: target.scope, enabled: on, already };
}
