import { canonicalJson } from "../../base/canonical.ts";
import { fingerprint } from "../../base/fingerprint.ts";
import type { JobSpec, JobWork } from "../../jobs/job_spec.ts";
import type { ProcessSpec } from "../process_spec.ts";

/** A job's work as this room makes and runs it: a command. */
export interface CommandWork extends JobWork, ProcessSpec {}

/** The work of a process; its mark changes with anything that is in it. */
export function commandWork(process: ProcessSpec): CommandWork {
  return {
    ...process,
    get mark() { // Made when somebody compares it: of thousands of jobs nearly none is.
      return fingerprint(canonicalJson(process));
    },
  };
}

/** The command of a job that is one, see `functionOf`. Its room only hands it on. */
export function workOf(job: Pick<JobSpec, "work">): CommandWork {
  return job.work as CommandWork;
}
