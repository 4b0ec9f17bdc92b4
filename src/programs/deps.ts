import type { Logger } from "../base/logger.ts";
import type { Clock } from "../system/clock.ts";
import type { Fifos } from "../system/fifo.ts";
import type { Files } from "../system/files.ts";
import type { Processes } from "../system/processes.ts";
import type { AdoptedWatch } from "./adopted_watch.ts";
import type { Census } from "./census.ts";
import type { ProgramEvent } from "./events.ts";
import type { ProgramOutput, ProgramSpec } from "./program_spec.ts";

/** What the supervisor is handed. */
export interface SupervisorDeps {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly files: Files;
  readonly fifos: Fifos;
  readonly log: Logger;
  /** Absolute; each program has a directory of its own in it, 0700. */
  readonly directory: string;
  /** Name of the instance, handed to the programs. */
  readonly instance: string;
  /** Opens a program's log. May throw an AppdError. */
  readonly openOutput: (spec: ProgramSpec, path: string) => ProgramOutput;
  /** The daemon's own environment, of which programs inherit a few variables. */
  readonly inheritedEnv: Readonly<Record<string, string>>;
  /** For jitter: at least 0, less than 1. Default Math.random. */
  readonly random?: () => number;
}

/** What all programs of a supervisor share. */
export interface Shared extends SupervisorDeps {
  readonly random: () => number;
  readonly census: Census;
  readonly watch: AdoptedWatch;
  /** Changes with each boot. */
  readonly bootId: string;
  /** One read buffer for all streams, 64 KiB: what a FIFO holds. */
  readonly buffer: Uint8Array;
  readonly tell: (event: ProgramEvent) => void;
}
