import { listSection, type OutOf } from "./section.ts";
import { setting, type ValuesOf } from "./setting.ts";
import { plainName } from "./settings_command.ts";
import { finishPlan, TRIGGERS } from "./settings_job.ts";
import { POLICY } from "./settings_job_policy.ts";
import { stopSettings } from "./settings_life.ts";

const FIELDS = {
  name: setting(plainName(), {
    required: true,
    help: "name of the job, unlike that of any other job, service or program",
    reload: "applied",
    example: "thumbnails",
  }),
  ...TRIGGERS,
  ...POLICY,
  stop_timeout: stopSettings("job").stop_timeout,
} as const;

type Values = ValuesOf<typeof FIELDS>;

/** A job whose work is a function of the app: the settings of a `[[job]]` without those of its process. No file has it. */
export const APP_JOB_SECTION = listSection("job", {
  help: "a job of the app's own",
  unique: "name",
  fields: FIELDS,
  finish: (values: Values, reading) => ({ ...values, ...finishPlan(values, reading) }),
});

/** A job of the app as the section reads it. */
export type AppJobSettings = OutOf<typeof APP_JOB_SECTION>;
