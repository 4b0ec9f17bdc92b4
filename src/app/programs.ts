import { createSupervisor, type Supervisor } from "../programs/supervisor.ts";
import { createFifos } from "../system/fifo.ts";
import type { Context } from "./context.ts";
import { type Logs, openProgramLog } from "./logs.ts";

/** The supervisor of this instance, without programs yet. */
export function openSupervisor(context: Context, logs: Logs): Supervisor {
  const { clock, files, host, processes } = context.system;
  const log = logs.logging.logger("appd.programs");
  return createSupervisor({
    clock,
    processes,
    files,
    fifos: createFifos(),
    log,
    directory: context.paths.programs,
    instance: context.instance,
    openOutput: (spec, path) => openProgramLog(context, { spec, path, compressor: logs.compressor, log }),
    inheritedEnv: host.env,
    keepOutput: true,
  });
}
