import type { ConfigOf, Schema } from "./section.ts";
import { DAEMON_SECTION, SERVER_SECTION, TOP_SECTION } from "./settings_daemon.ts";
import { checkCommandWords } from "./check_words.ts";
import { checkDependencies } from "./check_dependencies.ts";
import { checkJobs } from "./check_jobs.ts";
import { checkNames } from "./check_names.ts";
import { checkTriggers } from "./check_triggers.ts";
import { linkRepositories } from "./link_repositories.ts";
import { JOB_SECTION } from "./settings_job.ts";
import { LOG_SECTION } from "./settings_log.ts";
import { NOTIFY_SECTION } from "./settings_notify.ts";
import { PROGRAM_SECTION } from "./settings_program.ts";
import { REPOSITORY_SECTION } from "./settings_repository.ts";
import { SCHEDULER_SECTION } from "./settings_scheduler.ts";

/** Every setting of appd. */
export const APPD_SCHEMA = {
  prefix: "APPD",
  sections: [
    TOP_SECTION,
    SERVER_SECTION,
    DAEMON_SECTION,
    LOG_SECTION,
    PROGRAM_SECTION,
    SCHEDULER_SECTION,
    JOB_SECTION,
    REPOSITORY_SECTION,
    NOTIFY_SECTION,
  ],
  reserved: [],
  checks: [checkDependencies, checkNames, checkTriggers, checkJobs, checkCommandWords],
  links: [linkRepositories],
} as const satisfies Schema;

/** The configuration: durations in milliseconds, sizes in bytes, paths absolute. */
export type Config = ConfigOf<typeof APPD_SCHEMA>;

/** One program of the configuration; its log settings are complete. */
export type ProgramConfig = Config["programs"][number];

/** One job of the configuration, with the repositories that make it run. */
export type JobConfig = Config["jobs"][number];

/** One `[[repository]]` of the configuration. */
export type RepositoryConfig = Config["repositories"][number];

/** One `[[notify]]` of the configuration. */
export type NotificationConfig = Config["notifications"][number];
