import { cannot } from "../../base/errors.ts";
import type { ServiceTarget } from "../../service/manager_commands.ts";
import { loadContextConfig } from "../load.ts";
import { programSpecs } from "../programs/program_specs.ts";
import { stopDaemon } from "../stop.ts";
import type { ServiceWorld } from "./ports.ts";
import { type ServiceStart, startService } from "./start_service.ts";
import { type ServiceStop, stopService } from "./stop_service.ts";
import { unitState } from "./unit_state.ts";

/**
 * Stops the service and starts it again, after the configuration was found good. A daemon that ran beside the service is
 * the service's afterwards.
 *
 * @throws AppdError (config) before anything is stopped; (usage) when programs shall be kept that the manager would end
 */
export async function restartService(
  world: ServiceWorld,
  target: ServiceTarget,
  { keepPrograms }: { keepPrograms: boolean },
): Promise<{ stopped: ServiceStop; started: ServiceStart }> {
  const { context, program } = world;
  programSpecs(await loadContextConfig(context), { files: context.system.files, command: undefined });
  if (!keepPrograms) {
    const stopped = await stopService(world, target);
    return { stopped, started: await startService(world, target) };
  }
  const state = await unitState(world, target);
  if (!state.sparesPrograms) {
    throw cannot(["keep the programs of", target.unit], "its service manager ends all of its processes", {
      exit: "usage",
      hint: `install it so that they stay: ${program} install --${target.scope} --keep-programs`,
    });
  }
  const stopped = { ...await stopDaemon(context, { keepPrograms: true }), service: target.unit };
  return { stopped, started: await startService(world, target) };
}
