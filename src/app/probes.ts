import { BUILD } from "../base/version.ts";
import type { ProbeListener, ProbeScene, ProgramProbes } from "../programs/deps.ts";
import type { ProbeDeps } from "../probes/probe.ts";
import { openProbes } from "../probes/probes.ts";
import { systemDatagrams } from "../system/datagrams.ts";
import { systemConnector } from "../system/sockets.ts";
import type { System } from "../system/system.ts";
import { probeCommands, type SpawnCommand, spawnInScene } from "./probe_command.ts";

/** What the probes leave to others. */
export interface ProbeHelp {
  /** Starts commands of `exec` probes; default: as the daemon's own user. */
  readonly spawn?: (scene: ProbeScene) => SpawnCommand;
  /** The account behind `user` and `group`; without it every program is taken for one of our own user. */
  readonly accountOf?: ProbeDeps["accountOf"];
}

/** What `createSupervisor` is handed as `openProbes`. */
export function probeOpener(
  { clock, files, host, processes }: Pick<System, "clock" | "files" | "host" | "processes">,
  help: ProbeHelp = {},
): (scene: ProbeScene, listener: ProbeListener) => ProgramProbes {
  const spawn = help.spawn ?? ((scene) => spawnInScene(scene, processes));
  const shared = {
    clock,
    files,
    connector: systemConnector,
    datagrams: systemDatagrams,
    agent: `appd-probe/${BUILD.version}`,
    uid: host.uid,
    // Fixed places: the next daemon has to find the sockets of adopted programs, whatever its environment says.
    runtimeDirectories: [host.uid === 0 ? "/run" : `/run/user/${host.uid}`, "/tmp"],
    ...(help.accountOf === undefined ? {} : { accountOf: help.accountOf }),
  };
  return (scene, listener) => openProbes({ ...shared, run: probeCommands(processes, spawn(scene)) }, scene, listener);
}
