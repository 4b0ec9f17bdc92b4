import type { JobsDeps } from "./deps.ts";
import type { JobEvent } from "./events.ts";
import type { Run } from "./run.ts";

/** An event of one job before its name and its time are put to it. */
export type Told =
  | { [K in JobEvent as K["kind"]]: K extends { run: Run } ? Omit<K, "job" | "at"> : never }[JobEvent["kind"]]
  | { readonly kind: "job_recovered"; readonly job: string };

/** Tells what has just happened to a job. */
export function tell({ clock, onEvent }: Pick<JobsDeps, "clock" | "onEvent">, event: Told): void {
  const job = "run" in event ? event.run.job : event.job;
  onEvent({ ...event, job, at: clock.now() } as JobEvent);
}
