import type { ServiceTarget } from "../../service/manager_commands.ts";
import { keptMode } from "../mode.ts";
import type { ServiceWorld } from "./ports.ts";

/** A service that is about to run in the mode that it was installed with, unless another one is asked for. */
interface ModeOfService {
  readonly verb: string;
  readonly target: ServiceTarget;
  readonly installed: string | undefined;
  readonly asked?: string | undefined;
}

/** The mode of a service from now on. @throws AppdError as {@link keptMode} */
export function modeOfService(
  { context: { app }, program }: ServiceWorld,
  { verb, target, installed, asked }: ModeOfService,
): string | undefined {
  const { scope, unit } = target;
  return keptMode({ app, mode: asked }, {
    before: installed,
    action: [verb, unit],
    how: "it is installed with",
    change: `${program} install --${scope}`,
    anew: `${program} uninstall --${scope}; then: ${program} install --${scope}`,
  });
}
