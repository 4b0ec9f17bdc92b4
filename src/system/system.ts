import { type Clock, systemClock } from "./clock.ts";
import { type Files, systemFiles } from "./files.ts";
import { type Processes, systemProcesses } from "./processes.ts";

/** All ports together; `main.ts` makes the real one, tests hand in fakes of the parts that they need. */
export interface System {
  readonly clock: Clock;
  readonly files: Files;
  readonly processes: Processes;
}

/** The machine that we run on. */
export const realSystem: System = { clock: systemClock, files: systemFiles, processes: systemProcesses };
