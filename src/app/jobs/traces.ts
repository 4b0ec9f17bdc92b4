import { join } from "node:path";
import { MARK_VARIABLE } from "../../programs/environment.ts";
import type { Traces } from "../../programs/sweep.ts";
import type { Files } from "../../system/files.ts";

/** Which attempt of which run, below the directory of all jobs. */
export interface Attempt {
  readonly directory: string;
  readonly job: string;
  readonly runId: number;
  readonly attempt: number;
}

/** The FIFO that an attempt writes into. */
export function fifoOf({ directory, job, runId, attempt }: Attempt): string {
  return join(directory, job, `run-${runId}.${attempt}.fifo`);
}

/** What marks the processes of an attempt: several runs of a job may go on at once, and one attempt follows another. */
function markOf({ directory, job, runId, attempt }: Attempt): string {
  return `${join(directory, job)}#${runId}.${attempt}`;
}

/** The job of a mark without its directory; a program's is its name. */
export function nameInMark(mark: string): string {
  return mark.replace(/#.*/, "");
}

/** The variable that carries the mark. */
export function markVariable(attempt: Attempt): Record<string, string> {
  return { [MARK_VARIABLE]: markOf(attempt) };
}

export function tracesOf(attempt: Attempt): Traces {
  const mark = markOf(attempt);
  const fifo = fifoOf(attempt);
  return { isMark: (value) => value === mark, isOutput: (path) => path === fifo };
}

type Run = Omit<Attempt, "attempt">;

/** Of all attempts of a run. */
export function tracesOfRun({ directory, job, runId }: Run): Traces {
  const home = join(directory, job);
  return {
    isMark: (value) => value.startsWith(`${home}#${runId}.`),
    isOutput: (path) => path.startsWith(`${home}/run-${runId}.`),
  };
}

/** The FIFOs that attempts of a run have left. */
export function fifosOfRun({ directory, job, runId }: Run, files: Pick<Files, "list" | "stat">): string[] {
  const home = join(directory, job);
  if (files.stat(home) === undefined) return [];
  const names = files.list(home).filter((name) => name.startsWith(`run-${runId}.`) && name.endsWith(".fifo"));
  return names.map((name) => join(home, name));
}
