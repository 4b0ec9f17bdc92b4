import { cannot } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { systemTimezone } from "../../base/timezone.ts";
import type { Context } from "../context.ts";
import { loadContextConfig } from "../load.ts";
import type { PreparedJobs } from "./jobs.ts";
import { ownJobs, prepareJobs } from "./prepare_jobs.ts";
import { createTimes, type Times } from "./times.ts";

/** The jobs of the configuration file and of the app, for verbs that work without a daemon. */
export interface ConfiguredJobs extends PreparedJobs {
  readonly times: Times;
}

/**
 * @param asked `verb` stands in messages; each of `jobs` has to be one of the configuration
 * @throws AppdError (config) as the daemon's start, (generic) when there is no job of this name
 */
export async function configuredJobs(
  context: Context,
  { jobs = [], verb }: { readonly jobs?: readonly string[]; readonly verb: string },
): Promise<ConfiguredJobs> {
  const { files, host } = context.system;
  const { config, own: parts } = await loadContextConfig(context);
  const times = createTimes();
  const systemZone = systemTimezone(host.env.TZ);
  const own = ownJobs(context, { parts, systemZone });
  const prepared = prepareJobs(config, { files, times, systemZone, ...own });
  const names = prepared.jobs.map(({ name }) => name);
  const unknown = jobs.find((job) => !names.includes(job));
  if (unknown === undefined) return { ...prepared, times };
  const near = nearest(unknown, names);
  throw cannot([verb, unknown], "the configuration has no such job", {
    exit: "generic",
    hint: near === undefined ? `jobs of the configuration: ${names.join(", ") || "none"}` : `did you mean "${near}"?`,
  });
}
