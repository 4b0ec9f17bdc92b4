import type { RunOrder } from "../../jobs/runner.ts";

/** What a run is told of itself, beside what its cause has to say. */
export function runVariables({ runId, number, slotAt, attempt, cause }: RunOrder): Record<string, string> {
  return {
    ...cause.variables,
    APPD_RUN_ID: `${runId}`,
    APPD_JOB_NUMBER: `${number}`,
    APPD_JOB_SLOT: new Date(slotAt).toISOString(),
    APPD_JOB_TRIGGER: cause.kind,
    APPD_JOB_ATTEMPT: `${attempt}`,
  };
}
