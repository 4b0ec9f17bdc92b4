import { createSupervisor, type Supervisor } from "../../programs/supervisor.ts";
import { createFifos } from "../../system/fifo.ts";
import type { ProgramSpec } from "../../programs/program_spec.ts";
import type { SupervisorDeps } from "../../programs/deps.ts";
import { type SleepingWitness, sleepingWitness } from "../../system/out_of_memory.ts";
import { addressOf } from "./address.ts";
import type { Context } from "../context.ts";
import { type Logs, openProgramLog } from "../logs.ts";
import { ProgramUsage } from "./usage.ts";

/** What the programs of an instance are run with. */
export interface Programs {
  readonly supervisor: Supervisor;
  readonly usage: ProgramUsage;
  /** One for programs and jobs: each kill explains one death. */
  readonly oom: SleepingWitness;
  /** Loads what these programs need and others do not; before they are applied. */
  prepare(specs: readonly ProgramSpec[]): Promise<void>;
}

/** The supervisor of this instance, without programs yet, and the measure of what they use. */
export function openPrograms(context: Context, logs: Logs): Programs {
  const { clock, files, host, processes } = context.system;
  const log = logs.logging.logger("programs");
  const oom = sleepingWitness({ files, clock });
  let openProbes: SupervisorDeps["openProbes"];
  const common = {
    clock,
    processes,
    files,
    directory: context.paths.programs,
    program: context.app.product.name,
    address: addressOf(context),
    inheritedEnv: host.env,
  };
  const supervisor = createSupervisor({
    ...common,
    fifos: createFifos(),
    log,
    openOutput: ({ name, log: settings }, path) =>
      openProgramLog(context, { settings, who: { program: name }, path, compressor: logs.compressor, log }),
    openProbes(scene, listener) {
      if (openProbes === undefined) throw new Error("prepare() was not called");
      return openProbes(scene, listener);
    },
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
  return {
    supervisor,
    usage,
    oom,
    async prepare(specs) {
      if (specs.length > 0) oom.begin();
      if (openProbes !== undefined || !specs.some((spec) => spec.ready ?? spec.live)) return;
      openProbes = (await import("./probes.ts")).probeOpener(common, { uid: host.uid, product: context.app.product });
    },
  };
}
