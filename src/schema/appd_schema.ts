import type { ConfigOf, Schema } from "./section.ts";
import { DAEMON_SECTION, SERVER_SECTION, TOP_SECTION } from "./settings_daemon.ts";
import { checkCommandWords } from "./check_words.ts";
import { checkDependencies } from "./check_dependencies.ts";
import { checkNames } from "./check_names.ts";
import { LOG_SECTION } from "./settings_log.ts";
import { NOTIFY_SECTION } from "./settings_notify.ts";
import { PROGRAM_SECTION } from "./settings_program.ts";

/** Every setting of appd. */
export const APPD_SCHEMA = {
  prefix: "APPD",
  sections: [TOP_SECTION, SERVER_SECTION, DAEMON_SECTION, LOG_SECTION, PROGRAM_SECTION, NOTIFY_SECTION],
  reserved: ["scheduler", "job", "repository"],
  checks: [checkDependencies, checkNames, checkCommandWords],
} as const satisfies Schema;

/** The configuration: durations in milliseconds, sizes in bytes, paths absolute. */
export type Config = ConfigOf<typeof APPD_SCHEMA>;

/** One program of the configuration; its log settings are complete. */
export type ProgramConfig = Config["programs"][number];

/** One `[[notify]]` of the configuration. */
export type NotificationConfig = Config["notifications"][number];
