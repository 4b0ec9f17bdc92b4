import { join } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import type { Config } from "../../schema/appd_schema.ts";
import { type Files, writeFileAtomic } from "../../system/files.ts";
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
