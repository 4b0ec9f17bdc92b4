import type { Product } from "../../base/product.ts";
import type { SupervisorDeps } from "../../programs/deps.ts";
import { spawnAs, type SpawnDeps } from "../../programs/launch.ts";
import { openProbes } from "../../probes/probes.ts";
import { systemDatagrams } from "../../system/datagrams.ts";
import { systemLaunchHost } from "../../system/launch_host.ts";
import { systemConnector } from "../../system/sockets.ts";
import { probeCommands, type SpawnCommand } from "./probe_command.ts";

/**
 * What `createSupervisor` is handed as `openProbes`.
 *
 * @param deps what the supervisor has too: commands of probes are started as its programs are
 */
export function probeOpener(
  deps: SpawnDeps & Pick<SupervisorDeps, "clock">,
  { uid, product }: { readonly uid: number; readonly product: Pick<Product, "name" | "version"> },
): NonNullable<SupervisorDeps["openProbes"]> {
  const { clock, files, processes, launchHost = systemLaunchHost } = deps;
  const shared = {
    clock,
    files,
    connector: systemConnector,
    datagrams: systemDatagrams,
    program: product.name,
    agent: `${product.name}-probe/${product.version}`,
    uid,
    // Fixed places: the next daemon has to find the sockets of adopted programs, whatever its environment says.
    runtimeDirectories: [uid === 0 ? "/run" : `/run/user/${uid}`, "/tmp"],
    accountOf: launchHost.account,
  };
  return (scene, listener) => {
    const spawn: SpawnCommand = (command, extraEnv) =>
      spawnAs(deps, { spec: scene.spec, command, openOutput: () => null, extraEnv });
    return openProbes({ ...shared, run: probeCommands(processes, spawn) }, scene, listener);
  };
}
