import { readEnvFile } from "../config/env_file.ts";
import type { ProgramLog, ProgramSpec } from "../programs/program_spec.ts";
import type { Config, ProgramConfig } from "../schema/appd_schema.ts";
import type { Files } from "../system/files.ts";
import { rotationPolicy } from "./log_settings.ts";

/** What the configuration says of a process, be it a program's or a job's. */
export type ProcessSettings = Pick<
  ProgramConfig,
  "command" | "cwd" | "env" | "envFile" | "group" | "limits" | "log" | "nice" | "stopSignal" | "umask" | "user"
>;

/** What a process is started and ended with, and where its output goes. */
export type ProcessSpec =
  & Pick<ProgramSpec, "command" | "cwd" | "env" | "group" | "limits" | "nice" | "stopSignal" | "umask" | "user">
  & { readonly log: ProgramLog };

/** @throws AppdError (config) when an `env_file` cannot be read */
export function processSpec(
  settings: ProcessSettings,
  { config, files }: { readonly config: Pick<Config, "timezone">; readonly files: Files },
): ProcessSpec {
  const { log, envFile, umask, user, group, nice, limits } = settings;
  return {
    command: settings.command,
    cwd: settings.cwd,
    env: {
      ...(config.timezone === undefined ? {} : { TZ: config.timezone }),
      ...(envFile === undefined ? {} : readEnvFile(files, envFile)),
      ...settings.env,
    },
    stopSignal: settings.stopSignal,
    log: { policy: rotationPolicy(log), timestamp: log.timestamp, overflow: log.overflow },
    ...(umask === undefined ? {} : { umask }),
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
    ...(nice === undefined ? {} : { nice }),
    ...(limits === undefined ? {} : { limits }),
  };
}
