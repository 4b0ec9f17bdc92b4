import { type Clock, systemClock } from "./clock.ts";
import { type Files, systemFiles } from "./files.ts";
import { type Host, systemHost } from "./host.ts";
import { type Locks, systemLocks } from "./lock.ts";
import { type Processes, systemProcesses } from "./processes.ts";
import { systemTerminal, type Terminal } from "./terminal.ts";

/** All ports together; `main.ts` makes the real one, tests hand in fakes of the parts that they need. */
export interface System {
  readonly clock: Clock;
  readonly files: Files;
  readonly locks: Locks;
  readonly processes: Processes;
  readonly host: Host;
  readonly terminal: Terminal;
}

/** The machine that we run on. */
export function realSystem(): System {
  return {
    clock: systemClock,
    files: systemFiles,
    locks: systemLocks,
    processes: systemProcesses,
    host: systemHost(),
    terminal: systemTerminal,
  };
}
