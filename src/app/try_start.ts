import { isGiven } from "../config/config.ts";
import { tryTcp } from "../http/tcp_listener.ts";
import { prepareDirectories } from "../instance/home.ts";
import { directoriesOf } from "../instance/paths.ts";
import { tryPidFile } from "../instance/pid_file.ts";
import type { InstanceState } from "../instance/state_file.ts";
import { tryLogFile } from "../logging/log_file.ts";
import { foreseeFailure } from "../programs/launch.ts";
import type { Config } from "../schema/appd_schema.ts";
import { findPortHolder } from "../system/port_holder.ts";
import { type Command, unfitCommand } from "./command.ts";
import type { Context } from "./context.ts";
import type { Loaded } from "./load.ts";
import { loggingConfig } from "./log_settings.ts";
import { presenceOf } from "./presence.ts";
import { addressOf } from "./programs/address.ts";
import { programSpecs } from "./programs/program_specs.ts";
import { tokenOf } from "./token.ts";
import { refuseWhatOthersCanWrite } from "./trust.ts";

/** What is to be started, and in whose place. */
export interface StartTrial {
  readonly loaded: Loaded;
  readonly command: Command | undefined;
  /** What the daemon that runs, or died, has left in writing. */
  readonly last: InstanceState | undefined;
}

/**
 * Tries all of a start that can be tried while another daemon of the instance still runs, by the functions that the start
 * itself goes through. What a start refuses later nevertheless came in between, or can only be known to the daemon.
 *
 * @throws AppdError as the start would
 */
export function tryStart(context: Context, { loaded, command, last }: StartTrial): void {
  const { files, host } = context.system;
  const { config } = loaded;
  refuseWhatOthersCanWrite(context, loaded);
  const specs = programSpecs(loaded, { files, command });
  if (command !== undefined) refuseCommand(context, specs);
  tokenOf(config, context.system);
  tryAddress(context, { config, last });
  prepareDirectories(files, directoriesOf(context.paths), host.uid);
  if (config.daemon.pidFile !== last?.pid_file) tryPidFile(files, config.daemon.pidFile);
  const { outputs, file } = loggingConfig(config, { detached: true, journal: false }, isGiven(loaded, "log.outputs"));
  if (outputs.includes("file") && file !== last?.log_file) tryLogFile(files, file);
}

/** Nothing else would run. */
function refuseCommand(context: Context, specs: ReturnType<typeof programSpecs>): void {
  const { paths, system: { files, host, processes } } = context;
  const around = { files, processes, directory: paths.programs, inheritedEnv: host.env, address: addressOf(context) };
  const [reason] = specs.flatMap((spec) => foreseeFailure(around, spec) ?? []);
  if (reason !== undefined) throw unfitCommand(reason);
}

/** A port that the daemon which runs listens on is taken by nobody else. */
function tryAddress(context: Context, { config, last }: Pick<StartTrial, "last"> & { readonly config: Config }): void {
  const { bind, port } = config.server;
  if (port === 0) return;
  const presence = presenceOf(context);
  tryTcp({ hostname: bind, port, isOurs: presence.kind === "running" && holds(port, { pid: presence.pid, last }) });
}

function holds(
  port: number,
  { pid, last }: { readonly pid: number | undefined; readonly last: InstanceState | undefined },
): boolean {
  const isOfLast = pid === undefined || last?.pid === pid;
  if (isOfLast && last?.url && new URL(last.url).port === `${port}`) return true;
  return pid !== undefined && findPortHolder(port)?.pid === pid;
}
