import { AppdError, messageOf } from "../../base/errors.ts";
import type { Path } from "../../schema/kind.ts";
import type { AppJobSettings } from "../../schema/settings_app_job.ts";
import type { Config } from "../../schema/appd_schema.ts";
import type { JobSpec } from "../../jobs/job_spec.ts";
import type { RunOrder } from "../../jobs/runner.ts";
import { payloadOf } from "../../jobs/slots.ts";
import type { FunctionWork } from "../jobs/function_work.ts";
import { specOf } from "../jobs/job_specs.ts";
import { runVariables } from "../jobs/run_variables.ts";
import type { App } from "./app.ts";
import { type KitFor, withMore } from "./create_kit.ts";
import type { Job, JobRun, JobSettings } from "./job.ts";
import { nameTaken } from "./misnamed.ts";
import { type JobFlaw, readAppJobs } from "./read_jobs.ts";
import { jobLogger } from "./part_logger.ts";

/** A job of an app, with what it and the configuration say of it. */
export interface AppJob {
  readonly job: Job<Config>;
  readonly settings: AppJobSettings;
}

/** What the jobs of an app stand in. */
interface Surroundings {
  readonly config: Config;
  /** Names of the app's services. */
  readonly services: readonly string[];
  /** Directory of the instance, absolute. */
  readonly home: string;
}

/** What the jobs of an app are run with. */
export interface AppJobsRun {
  /** IANA name of the system's time zone. */
  readonly systemZone: string;
  /** What their code is given; absent where nothing is run, as in a command that looks ahead. */
  readonly kitFor?: KitFor | undefined;
}

/**
 * The jobs of an app under a configuration.
 *
 * @throws AppdError (config) naming the job and what is wrong with its settings or its name
 */
export function appJobs(app: App, around: Surroundings): AppJob[] {
  const { config } = around;
  const given = app.jobs.map((job) => ({ name: job.name, settings: settingsOf(job, { app, config }) }));
  const read = readAppJobs(given, around);
  const [first] = read.flaws;
  if (first !== undefined) throw refused(app, first);
  return app.jobs.map((job, index) => ({ job, settings: read.jobs[index] as AppJobSettings }));
}

/** The jobs of an app for the scheduler. */
export function appJobSpecs(jobs: readonly AppJob[], { systemZone, kitFor }: AppJobsRun): JobSpec[] {
  return jobs.map(({ job, settings }) => ({
    ...specOf(settings, { work: functionWork(job, kitFor), systemZone }),
    ...(job.background === true ? { background: true } : {}),
    builtIn: true,
  }));
}

function refused({ jobs, product }: App, { path, text, hint, taken }: JobFlaw): AppdError {
  const message = `cannot take up the job "${jobs[indexIn(path)]?.name}" of ${product.name}: ${text}`;
  if (taken !== undefined) return nameTaken(message, taken);
  return new AppdError(message, { exit: "config", ...(hint === undefined ? {} : { hint }) });
}

function indexIn(path: Path): number {
  return typeof path[1] === "number" ? path[1] : 0;
}

/** What the configuration says wins; what it says of the times takes the place of all that is said of them here. */
function settingsOf(job: Job<Config>, { app, config }: { readonly app: App; readonly config: Config }): JobSettings {
  const { name: _name, background: _background, run: _run, settings, ...own } = job;
  const said = settings === undefined ? {} : configured(job, { app, config });
  const isTimed = said.every !== undefined || said.cron !== undefined;
  const { every: _every, cron: _cron, ...untimed } = own;
  return { ...(isTimed ? untimed : own), ...said };
}

function configured(job: Job<Config>, { app, config }: { readonly app: App; readonly config: Config }): JobSettings {
  try {
    return job.settings?.(config) ?? {};
  } catch (error) {
    if (error instanceof AppdError) throw error;
    throw new AppdError(`cannot take up the job "${job.name}" of ${app.product.name}: ${messageOf(error)}`, {
      exit: "config",
      cause: error,
    });
  }
}

function functionWork(job: Job<Config>, kitFor: KitFor | undefined): FunctionWork {
  return {
    kind: "function",
    mark: "function",
    async call(order, signal) {
      if (kitFor === undefined) throw new Error("there is no daemon to run a job in");
      const kit = kitFor(jobLogger(job.name), { job_id: order.runId });
      await job.run(withMore(kit, { signal, run: jobRun(order) }));
    },
  };
}

function jobRun(order: RunOrder): JobRun {
  const { job, runId, number, attempt, slotAt, cause } = order;
  return {
    id: runId,
    number,
    attempt,
    slot: new Date(slotAt),
    trigger: cause.kind,
    detail: cause.detail,
    payload: payloadOf(cause),
    variables: { APPD_JOB: job.name, ...runVariables(order) },
  };
}
