import { messageOf } from "../../base/errors.ts";
import type { JobSpec } from "../../jobs/job_spec.ts";
import type { RunIdentity } from "../../jobs/runner.ts";
import { isAlive } from "../../programs/census.ts";
import type { Life } from "../../programs/state.ts";
import { leftovers, type SweepOptions, sweepUp } from "../../programs/sweep.ts";
import { delay } from "../../system/clock.ts";
import { terminateAll } from "../programs/orphans.ts";
import { workOf } from "./command_work.ts";
import type { RunDeps } from "./deps.ts";
import { RunOutput } from "./run_output.ts";
import { fifosOfRun, tracesOfRun } from "./traces.ts";

/** Milliseconds between two looks at who is left. */
const PAUSE = 50;
/** What a run gets whose job is not configured any more. */
const SIGNAL = "SIGTERM";
const PATIENCE = 10_000;

export interface Cleared {
  readonly wasAlive: boolean;
  readonly output: string;
}

/**
 * Ends what a run of an earlier daemon left, and takes what it said into its log. Whom it may signal: the process whose
 * PID, start time and boot are those that were noted, and its session; whoever carries the run's mark, or has its FIFO
 * open; and what descends from these.
 *
 * @param job its configuration, if there still is one
 */
export async function clearRun(
  deps: RunDeps,
  { identity, job }: { readonly identity: RunIdentity; readonly job: JobSpec | undefined },
): Promise<Cleared> {
  const run = { directory: deps.directory, job: identity.job, runId: identity.runId };
  const life = lifeOf(deps, identity);
  const sweep = { ...deps, ...tracesOfRun(run), life, family: [], until: () => deps.clock.monotonic() };
  const fifos = fifosOfRun(run, deps.files);
  const outputs = fifos.filter((fifo) => deps.fifos.isHeld(fifo)).flatMap((fifo) => openOutput(deps, run.job, fifo));
  // Nobody outlives a boot.
  const mayLive = identity.bootId === "" || identity.bootId === deps.bootId;
  const wasAlive = mayLive && await end(deps, sweep, job);
  for (const output of outputs) output[Symbol.dispose]();
  for (const fifo of fifos) if (!deps.pool.give(fifo)) deps.pool.drop(fifo);
  return { wasAlive, output: outputs.map(({ tail }) => tail).join("") };
}

/** The main process, when it is there and still the same. Otherwise its session's number may be a stranger's by now. */
function lifeOf({ processes, bootId }: RunDeps, identity: RunIdentity): Life | undefined {
  const { pid, startTime } = identity;
  if (pid <= 1 || identity.bootId !== bootId) return undefined;
  const stat = processes.stat(pid);
  if (stat === undefined || stat.startTime !== startTime || !isAlive(stat)) return undefined;
  return { generation: 1, pid, startTime, startedAt: 0, startedMono: 0, adopted: true };
}

/** That the last words cannot be taken up keeps nobody from ending the run. */
function openOutput(deps: RunDeps, job: string, fifo: string): RunOutput[] {
  try {
    return [new RunOutput(deps, { job, fifo, goesOn: true })];
  } catch (error) {
    deps.log.warn("cannot take up the last words of a run", { job, error: messageOf(error) });
    return [];
  }
}

async function end(deps: RunDeps, sweep: SweepOptions, job: JobSpec | undefined): Promise<boolean> {
  const { clock, processes } = deps;
  const first = await leftovers(sweep);
  if (first.length === 0) return false;
  terminateAll(processes, first, job === undefined ? SIGNAL : workOf(job).stopSignal);
  const killAt = clock.monotonic() + (job?.stopTimeout ?? PATIENCE);
  while (clock.monotonic() < killAt && (await leftovers(sweep)).length > 0) await delay(clock, PAUSE);
  const { killed, survivors } = await sweepUp({ ...sweep, family: first });
  for (const { pid, command } of killed) {
    deps.log.warn("killed what an earlier run left", { job: job?.name, pid, command });
  }
  for (const one of survivors) deps.log.error("a process of an earlier run survived", { job: job?.name, ...one });
  return true;
}
