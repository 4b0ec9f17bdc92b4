import type { JobSpec } from "../../jobs/job_spec.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { Context } from "../context.ts";
import type { KitFor } from "../kit/create_kit.ts";

/** What of the jobs the app has a word on. */
export interface OwnJobs {
  readonly own: readonly JobSpec[];
  /** Whether they run in the mode that was asked for. */
  readonly enabled: boolean;
}

/** The jobs of the app; their code is loaded when there are any. @throws AppdError (config) as `appJobSpecs` */
export async function ownJobs(
  { app, mode, paths: { home } }: Context,
  { config, systemZone, kitFor }: {
    readonly config: Config;
    readonly systemZone: string;
    readonly kitFor?: KitFor | undefined;
  },
): Promise<OwnJobs> {
  const enabled = app.modes.find(({ name }) => name === mode)?.jobs ?? true;
  if (app.jobs.length === 0) return { own: [], enabled };
  const { appJobSpecs } = await import("../kit/jobs.ts");
  return { own: appJobSpecs(app, config, { home, systemZone, kitFor }), enabled };
}
