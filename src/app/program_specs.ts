import { basename } from "node:path";
import type { LoadResult } from "../config/config.ts";
import { readEnvFile } from "../config/env_file.ts";
import { programOf } from "../config/program_of.ts";
import type { ProgramSpec } from "../programs/program_spec.ts";
import type { Config, ProgramConfig } from "../schema/appd_schema.ts";
import type { Files } from "../system/files.ts";
import type { Command } from "./command.ts";
import { rotationPolicy } from "./log_settings.ts";

/** What stands around the programs. */
export interface ProgramSurroundings {
  readonly files: Files;
  readonly command: Command | undefined;
}

/**
 * The programs to supervise: the command after `--` alone, under its own name, or else those of the configuration.
 *
 * @throws AppdError (config) when an `env_file` cannot be read, (usage) when the command cannot be one
 */
export function programSpecs(loaded: LoadResult, around: ProgramSurroundings): ProgramSpec[] {
  const { command, files } = around;
  const programs = command === undefined
    ? loaded.config.programs
    : [programOf(loaded, { name: nameFor(command.words), command: command.words, cwd: command.cwd })];
  return programs.map((program) => specOf(program, loaded.config, files));
}

function specOf(program: ProgramConfig, config: Config, files: Files): ProgramSpec {
  const { log, envFile, umask } = program;
  return {
    name: program.name,
    command: program.command,
    cwd: program.cwd,
    env: {
      ...timezoneOf(config),
      ...(envFile === undefined ? {} : readEnvFile(files, envFile)),
      ...program.env,
    },
    restart: program.restart,
    stopSignal: program.stopSignal,
    stopTimeout: program.stopTimeout,
    startTimeout: program.startTimeout,
    stableAfter: program.stableAfter,
    critical: program.critical,
    ...(umask === undefined ? {} : { umask }),
    log: { policy: rotationPolicy(log), timestamp: log.timestamp, overflow: log.overflow },
  };
}

function timezoneOf(config: Config): Record<string, string> {
  return config.timezone === undefined ? {} : { TZ: config.timezone };
}

/** The command's own name, as far as it is fit for a directory. */
function nameFor(words: readonly string[]): string {
  const plain = basename(words[0] ?? "").replace(/[^A-Za-z0-9_.-]/g, "_").replace(/^[.-]+/, "").slice(0, 64);
  return plain === "" ? "command" : plain;
}
