import { cannot } from "../../base/errors.ts";
import type { ServiceTarget } from "../../service/manager_commands.ts";
import type { Config } from "../../schema/appd_schema.ts";
import { askStatus } from "../control.ts";
import { statOf, unlessRefused } from "../doctor/seen.ts";
import { leftAlone } from "../left_alone.ts";
import { loadContextConfig, type Loaded } from "../load.ts";
import { programSpecs } from "../programs/program_specs.ts";
import { stopDaemon } from "../stop.ts";
import { tokenOf } from "../token.ts";
import { tryDatabaseBeside } from "../try_start.ts";
import { presentText } from "./installed.ts";
import { modeOfService } from "./installed_mode.ts";
import type { ServiceWorld } from "./ports.ts";
import { type ServiceStart, startService } from "./start_service.ts";
import { type ServiceStop, stopService } from "./stop_service.ts";
import { unitState } from "./unit_state.ts";

/**
 * Stops the service and starts it again, after the configuration was found good. A daemon that ran beside the service is
 * the service's afterwards.
 *
 * @param world its context has the mode that the service was installed with
 * @throws AppdError (config) before anything is stopped; (usage) when programs shall be kept that the manager would end
 */
export async function restartService(
  world: ServiceWorld,
  target: ServiceTarget,
  { keepPrograms }: { keepPrograms: boolean },
): Promise<{ stopped: ServiceStop; started: ServiceStart }> {
  const { context, program } = world;
  requireReadable(world);
  modeOfService(world, { verb: "restart", target, installed: context.mode }); // With one that is gone it would not start.
  const loaded = await loadContextConfig(context);
  programSpecs(loaded, { files: context.system.files, command: undefined });
  requireToken(world, loaded.config);
  if (isOfThisBinary(world, target)) await requireDatabase(world, loaded);
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

/** Whether the service starts the very program that this is: of the database another version may think otherwise. */
function isOfThisBinary({ context: { system: { files, host } } }: ServiceWorld, { path }: ServiceTarget): boolean {
  const [self = ""] = host.self;
  const words = (unlessRefused(() => presentText(files, path)) ?? "").split(/[\s"'<>=]+/);
  return [self, unlessRefused(() => files.realPath(self)) ?? self].some((one) => words.includes(one));
}

/** @throws AppdError as {@link tryDatabaseBeside}, with what became of the daemon */
async function requireDatabase({ context }: ServiceWorld, loaded: Loaded): Promise<void> {
  try {
    await tryDatabaseBeside(context, loaded);
  } catch (error) {
    throw leftAlone(error, (await askStatus(context))?.pid ?? undefined);
  }
}

/** The token, as the user whom the service runs as would take it. @throws AppdError as {@link tokenOf} */
function requireToken({ context: { paths, system: { files, host } } }: ServiceWorld, config: Config): void {
  tokenOf(config, { files, host: { uid: statOf(files, paths.home)?.uid ?? host.uid } });
}

/**
 * Root reads everything: what the service's user cannot read would only be found out once the old daemon is gone. Bits of a
 * group may stand for an access list, so that they count as open.
 *
 * @throws AppdError (noPermission)
 */
function requireReadable({ context }: ServiceWorld): void {
  const { system: { files, host }, paths, configFile } = context;
  const [home, file] = [statOf(files, paths.home), statOf(files, configFile)];
  if (host.uid !== 0 || home === undefined || file === undefined || home.uid === 0 || file.uid === home.uid) return;
  if ((file.mode & 0o044) !== 0) return;
  throw cannot(["restart with", configFile], `the service runs as user ${home.uid}, who cannot read it`, {
    exit: "noPermission",
    hint: `give it to that user: chown ${home.uid} "${configFile}"`,
  });
}
