import { join } from "node:path";
import { cannot, errnoOf } from "../../base/errors.ts";
import { isTask, type UnitSpec } from "../../programs/task_spec.ts";
import type { Config } from "../../schema/appd_schema.ts";
import { type Files, writeFileAtomic } from "../../system/files.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";

/** Numbers of instances that were asked for at run time, by the name of the section, with what the file said then. */
export type Rescaled = ReadonlyMap<string, { readonly instances: number; readonly configured: number | null }>;

const FILE_NAME = ".scale.json";

/** What an earlier daemon was asked for; a scale outlives a crash, because the instances do. */
export function readScale({ system, paths }: Context): Rescaled {
  try {
    const value: unknown = JSON.parse(system.files.readText(join(paths.programs, FILE_NAME)));
    return new Map(Object.entries(value as object).filter(([, one]) => Number.isInteger(one?.instances)));
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) !== undefined) return new Map();
    throw error;
  }
}

export function writeScale(files: Files, programs: string, scale: Rescaled): void {
  writeFileAtomic(files, join(programs, FILE_NAME), JSON.stringify(Object.fromEntries(scale)) + "\n", 0o600);
}

/** What is left of a scale under a configuration: a program that is gone, or says another number by now, has none. */
export function scaleUnder(config: Config, scale: Rescaled): Rescaled {
  return new Map(
    [...scale].filter(([name, { configured }]) => {
      const program = config.programs.find((one) => one.name === name);
      return program !== undefined && (program.instances ?? null) === configured;
    }),
  );
}

/** What there is to scale. */
interface Scalable {
  readonly config: Config;
  readonly specs: readonly UnitSpec[];
  readonly command: Command | undefined;
}

/**
 * The section of a program of which there can be more.
 *
 * @throws AppdError (notRunning) when no section has this name, (usage) when a service has it
 */
export function scalable(name: string, { config, specs, command }: Scalable): Config["programs"][number] {
  const program = config.programs.find((one) => one.name === name);
  if (specs.some((spec) => spec.name === name && isTask(spec))) {
    throw cannot(["scale", name], "it is a service inside the daemon", {
      exit: "usage",
      hint: "a service runs once; what does more at a time is its own matter",
    });
  }
  if (program === undefined || command !== undefined) {
    const names = config.programs.map((one) => one.name).join(", ") || "none";
    throw cannot(["scale", name], "the configuration has no such program", {
      exit: "notRunning",
      hint: `programs of the configuration: ${names}`,
    });
  }
  return program;
}
