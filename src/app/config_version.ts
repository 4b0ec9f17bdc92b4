import { withoutAbsent } from "../programs/dependencies.ts";
import type { TaskSpec, UnitSpec } from "../programs/task_spec.ts";
import type { Files } from "../system/files.ts";
import type { Command } from "./command.ts";
import type { Loaded } from "./load.ts";
import { programSpecs } from "./programs/program_specs.ts";
import { type Rescaled, scaleUnder } from "./programs/scale.ts";

/** A configuration with what was made of it. */
export interface ConfigVersion {
  readonly loaded: Loaded;
  readonly scale: Rescaled;
  readonly specs: readonly UnitSpec[];
}

/** What a configuration does not say. */
export interface VersionOptions {
  readonly files: Files;
  /** The program of the command line, which stands for all of the configuration. */
  readonly command: Command | undefined;
  /** The app's services that a configuration wants. */
  readonly services: (loaded: Loaded) => readonly TaskSpec[];
  /** What was asked for at run time. */
  readonly scale: Rescaled;
}

/** @throws AppdError as {@link programSpecs} */
export function versionOf(loaded: Loaded, { files, command, services, scale }: VersionOptions): ConfigVersion {
  const fitting = scaleUnder(loaded.config, scale);
  const counts = new Map([...fitting].map(([name, { instances }]) => [name, instances]));
  const programs = programSpecs(loaded, { files, command, scale: counts });
  return { loaded, scale: fitting, specs: withoutAbsent([...programs, ...services(loaded)]) };
}
