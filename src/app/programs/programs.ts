import { createSupervisor, type Supervisor } from "../../programs/supervisor.ts";
import { createFifos } from "../../system/fifo.ts";
import { createOomWitness } from "../../system/out_of_memory.ts";
import { addressOf } from "./address.ts";
import type { Context } from "../context.ts";
import { type Logs, openProgramLog } from "../logs.ts";
import { probeOpener } from "./probes.ts";
import { ProgramUsage } from "./usage.ts";

/** The supervisor of this instance, without programs yet, and the measure of what they use. */
export function openPrograms(context: Context, logs: Logs): { supervisor: Supervisor; usage: ProgramUsage } {
  const { clock, files, host, processes } = context.system;
  const log = logs.logging.logger("appd.programs");
  const oom = createOomWitness({ files, clock });
  const common = {
    clock,
    processes,
    files,
    directory: context.paths.programs,
    instance: context.instance,
    address: addressOf(context),
    inheritedEnv: host.env,
  };
  const supervisor = createSupervisor({
    ...common,
    fifos: createFifos(),
    log,
    openOutput: (spec, path) => openProgramLog(context, { spec, path, compressor: logs.compressor, log }),
    openProbes: probeOpener(common, host),
    outOfMemory: () => oom.hasKilled(),
    keepOutput: true,
  });
  const usage = new ProgramUsage({
    clock,
    roots() {
      oom.refresh(); // With every sample: what the kernel killed earlier explains nothing later.
      return supervisor.roots();
    },
    onExcess: (name, text) => supervisor.complain(name, `it ${text}`),
  });
  return { supervisor, usage };
}
