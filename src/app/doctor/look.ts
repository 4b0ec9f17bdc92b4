import { versionText } from "../../base/version.ts";
import type { Scene } from "../../doctor/scene.ts";
import { countsOomKills } from "../../system/out_of_memory.ts";
import type { Context } from "../context.ts";
import { readState } from "../../instance/state_file.ts";
import { unreapedZombies } from "../first_process.ts";
import { databasePath } from "../jobs/database_path.ts";
import { lookAtConfiguration, lookAtPort, lookForSiblings } from "./look_configuration.ts";
import { lookAtDaemon, lookAtPidFile, lookForGhosts, lookForLeftovers } from "./look_daemon.ts";
import { lookAtDatabase } from "./look_database.ts";
import { lookAtDisks } from "./look_disks.ts";
import { lookAtDirectories, lookAtFiles, lookAtToken } from "./look_files.ts";
import { lookAtClock, lookAtLimits, lookForTools, needsOf, steeringIn } from "./look_host.ts";
import { type InstalledUnit, keeperOf, lookAtUnits, notLingering } from "./look_units.ts";
import { lookAtWays } from "./look_ways.ts";
import { statOf, unlessRefused } from "./seen.ts";

/** Where a doctor asks beside the files, the processes and the daemon itself. */
export interface DoctorPorts {
  /** Units of service managers that are installed for the instance. */
  installedUnits(context: Context): readonly InstalledUnit[] | Promise<readonly InstalledUnit[]>;
}

/** Looks at this host and this instance, and asks the daemon where one runs. Changes nothing. */
export async function lookAround(asked: Context, ports: DoctorPorts): Promise<Scene> {
  const { system, paths, instance } = asked;
  const { daemon, report } = await lookAtDaemon(asked);
  const isRunning = daemon.kind === "running";
  const state = statOf(system.files, paths.state) && unlessRefused(() => readState(system.files, paths.state));
  const context = isRunning ? { ...asked, flags: { ...state?.flags, ...asked.flags }, mode: state?.mode } : asked;
  const { loaded, seen: configuration } = await lookAtConfiguration(context);
  const config = loaded?.config;
  const needs = config && needsOf(config);
  const pidFile = (isRunning ? state?.pid_file : undefined) ?? config?.daemon.pidFile ?? paths.pid;
  const logFile = config?.log.file ?? paths.log;
  const files = lookAtFiles(context, { pidFile, logFile, config });
  const siblings = loaded === undefined ? [] : await lookForSiblings(context);
  const units = await ports.installedUnits(context);
  return {
    ...{ instance, daemon, files, configuration, needs, siblings },
    program: asked.app.product.name,
    home: paths.home,
    uid: keeperOf(context, units),
    now: system.clock.now(),
    version: versionText(asked.app.product),
    pidFile: lookAtPidFile(context, pidFile),
    directories: lookAtDirectories(context, { pidFile, logFile, config }),
    ways: lookAtWays(context),
    token: lookAtToken(context, config),
    port: loaded && lookAtPort(loaded, { report, siblings }),
    ghosts: lookForGhosts(context),
    leftovers: isRunning ? [] : lookForLeftovers(context),
    units: lookAtUnits(context, units),
    notLingering: notLingering(context, units),
    disks: lookAtDisks(context, config),
    clock: await lookAtClock(system, files),
    limits: lookAtLimits(system, needs, isRunning),
    database: lookAtDatabase(context, {
      path: databasePath(context, config),
      isRunning: daemon.kind !== "stopped",
      isUsed: !isRunning || (state?.command ?? null) === null,
    }),
    tools: lookForTools(system, config),
    countsOomKills: countsOomKills({ files: system.files }),
    steering: steeringIn(system.host.env),
    zombies: daemon.kind === "running" && daemon.pid !== undefined ? unreapedZombies(system, daemon.pid) : undefined,
  };
}
