import type { Logger } from "../../base/logger.ts";
import type { EndingDeps } from "../../programs/ending.ts";
import type { Mover } from "../../programs/mover.ts";
import type { Rounds } from "../../programs/rounds.ts";
import type { Fifos } from "../../system/fifo.ts";
import type { OomWitness } from "../../system/out_of_memory.ts";
import type { FifoPool } from "./fifo_pool.ts";
import type { JobLogs } from "./job_logs.ts";
import type { Strays } from "./strays.ts";

/** What all runs share. `directory` is that of all jobs, without symbolic links. */
export interface RunDeps extends EndingDeps {
  readonly fifos: Fifos;
  readonly rounds: Rounds;
  readonly mover: Mover;
  /** Changes with each boot. */
  readonly bootId: string;
  readonly log: Logger;
  readonly pool: FifoPool;
  readonly logs: JobLogs;
  readonly strays: Strays;
  readonly oom: OomWitness;
}
