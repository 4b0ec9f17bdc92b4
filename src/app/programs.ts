import { createSupervisor, type Supervisor } from "../programs/supervisor.ts";
import { systemFifos } from "../system/fifo.ts";
import { createOomWitness } from "../system/out_of_memory.ts";
import { addressOf } from "./address.ts";
import type { Context } from "./context.ts";
import { type Logs, openProgramLog } from "./logs.ts";

/** The supervisor of this instance, without programs yet. */
export function openSupervisor(context: Context, logs: Logs): Supervisor {
  const { clock, files, host, processes } = context.system;
  const log = logs.logging.logger("appd.programs");
  const oom = createOomWitness({ files, clock });
  return createSupervisor({
    clock,
    processes,
    files,
    fifos: systemFifos,
    log,
    directory: context.paths.programs,
    instance: context.instance,
    address: addressOf(context),
    openOutput: (spec, path) => openProgramLog(context, { spec, path, compressor: logs.compressor, log }),
    inheritedEnv: host.env,
    outOfMemory: () => oom.hasKilled(),
  });
}
