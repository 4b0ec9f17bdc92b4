import { basename } from "node:path";
import type { LoadResult } from "../../config/config.ts";
import { programOf } from "../../config/program_of.ts";
import type { ProgramSpec } from "../../programs/program_spec.ts";
import type { Config, ProgramConfig } from "../../schema/appd_schema.ts";
import type { Files } from "../../system/files.ts";
import type { Command } from "../command.ts";
import { expandInstances, type Scale } from "./instances.ts";
import { processSpec } from "../process_spec.ts";

/** What stands around the programs. */
export interface ProgramSurroundings {
  readonly files: Files;
  readonly command: Command | undefined;
  /** Programs that run another number of instances than the configuration says. */
  readonly scale?: Scale;
}

/**
 * The programs to supervise, one for each instance: the command after `--` alone, under its own name, or else those of
 * the configuration.
 *
 * @throws AppdError (config) when an `env_file` cannot be read, (usage) when the command cannot be one, or when an instance
 * would be called as another program is
 */
export function programSpecs(loaded: LoadResult, around: ProgramSurroundings): ProgramSpec[] {
  const { command, files, scale = new Map() } = around;
  const programs = command === undefined
    ? loaded.config.programs
    : [programOf(loaded, { name: nameFor(command.words), command: command.words, cwd: command.cwd })];
  const specs = new Map(programs.map((program) => [program.name, specOf(program, loaded.config, files)]));
  return expandInstances({ programs }, scale).flatMap(({ program, name, family }) => {
    const spec = specs.get(program);
    return spec === undefined ? [] : [{ ...spec, name, ...(family === undefined ? {} : { family }) }];
  });
}

function specOf(program: ProgramConfig, config: Config, files: Files): ProgramSpec {
  return {
    ...processSpec(program, { config, files }),
    ...optionalOf(program),
    name: program.name,
    restart: program.restart,
    stopTimeout: program.stopTimeout,
    startTimeout: program.startTimeout,
    stableAfter: program.stableAfter,
    critical: program.critical,
    onFailed: program.onFailed,
  };
}

/** What only a program may say, and leave out. */
function optionalOf(program: ProgramConfig) {
  const { dependsOn, ready, live, stopCommand, maxMemory } = program;
  return {
    ...(dependsOn === undefined ? {} : { dependsOn }),
    ...(ready === undefined ? {} : { ready }),
    ...(live === undefined ? {} : { live }),
    ...(stopCommand === undefined ? {} : { stopCommand }),
    ...(maxMemory === undefined ? {} : { maxMemory: { bytes: maxMemory, window: program.maxMemoryWindow } }),
  };
}

/** The command's own name, as far as it is fit for a directory. */
function nameFor(words: readonly string[]): string {
  const plain = basename(words[0] ?? "").replace(/[^A-Za-z0-9_.-]/g, "_").replace(/^[.-]+/, "").slice(0, 64);
  return plain === "" ? "command" : plain;
}
