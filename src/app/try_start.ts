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
import { statOf } from "./doctor/seen.ts";
import { needsDatabase } from "./jobs/needs_database.ts";
import type { App } from "./kit/app.ts";
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
 * itself goes through. What a start refuses later nevertheless came in between, or can only be known to the daemon: the
 * endpoints of an app are made once, with what they may read and begin, by the one that serves them.
 *
 * @throws AppdError as the start would
 */
export async function tryStart(context: Context, { loaded, command, last }: StartTrial): Promise<void> {
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
  if (command !== undefined) return; // It runs without an app's own parts and without a database.
  await tryDatabaseBeside(context, loaded);
  await tryOpenPaths(context.app);
}

/**
 * Tries the database that the daemon which runs may have open; where none runs the start says it at once, and nothing is
 * lost.
 *
 * @throws AppdError (config, unavailable) as the start would
 */
export async function tryDatabaseBeside(context: Context, loaded: Loaded): Promise<void> {
  const { paths: { lock }, system: { files, locks } } = context;
  if (!needsDatabase(context.app, loaded) || statOf(files, lock) === undefined || !locks.isHeld(lock)) return;
  const { tryDatabase } = await import("./jobs/try_database.ts");
  tryDatabase(context, loaded.config);
}

/** Of an app's endpoints, what it says of them before they are made. */
async function tryOpenPaths({ product: { name }, open, routes }: App): Promise<void> {
  if (routes === undefined || open.length === 0) return;
  const { openPatterns } = await import("../http/app_routes.ts");
  openPatterns({ open, name });
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
