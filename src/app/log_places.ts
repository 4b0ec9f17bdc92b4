import { join } from "node:path";
import { AppdError, errnoOf } from "../base/errors.ts";
import { readState } from "../instance/state_file.ts";
import type { Context } from "./context.ts";
import { loggerOfPart, partsOf, type PartsOfApp } from "./kit/part_logger.ts";
import { loadContextConfig } from "./load.ts";
import { expandInstances } from "./programs/instances.ts";

/** Whose log was asked for. */
export interface LogPlace {
  /** Path of the log; undefined when nobody has this name. */
  readonly path: string | undefined;
  /** The part of the log that is meant, by the name of its logger; absent: all of it. */
  readonly logger?: string;
  /** Every name that would do: of what ever ran here, and of what is configured. */
  readonly names: readonly string[];
}

/**
 * Where the log of a program or job is, or is going to be: functions of the app write into the daemon's. Who ever ran has a
 * directory, also when the daemon does not run; who has not is in the configuration. One that cannot be read names nobody:
 * logs help to mend it.
 */
export async function logPlace(context: Context, name: string): Promise<LogPlace> {
  const ofFunction = async (logger: string) => ({ path: await daemonLog(context), logger, names: [] });
  const logger = loggerOfPart(context.app, name);
  if (logger !== undefined) return await ofFunction(logger);
  const { programs, jobs } = context.paths;
  const there = [programs, jobs].map((directory) => ({ directory, names: namesIn(context, directory) }));
  const found = there.find(({ names }) => names.includes(name));
  if (found !== undefined) return { path: pathIn(found.directory, name), names: [] };
  const configured = await configuredNames(context);
  const made = loggerOfPart(configured.parts, name);
  if (made !== undefined) return await ofFunction(made);
  const parts = [...configured.parts.services, ...configured.parts.jobs].map((part) => part.name);
  const known = [...configured.programs, ...parts, ...configured.jobs];
  const names = [...new Set([...there.flatMap((one) => one.names), ...known])];
  const directory = configured.programs.includes(name) ? programs : configured.jobs.includes(name) ? jobs : undefined;
  return { path: directory === undefined ? undefined : pathIn(directory, name), names };
}

/** The log that the daemon said it writes, else the one that the configuration names, else the default. */
export async function daemonLog(context: Context): Promise<string> {
  const said = readState(context.system.files, context.paths.state)?.log_file;
  if (said !== undefined) return said;
  try {
    return (await loadContextConfig(context)).config.log.file;
  } catch (error) {
    if (error instanceof AppdError && error.exit === "config") return context.paths.log; // Logs help to mend it.
    throw error;
  }
}

function pathIn(directory: string, name: string): string {
  return join(directory, name, "output.log");
}

function namesIn({ system: { files } }: Context, directory: string): string[] {
  try {
    const names = files.list(directory).filter((name) => !name.startsWith(".")); // Those are not of anybody's name.
    return names.filter((name) => files.stat(join(directory, name))?.kind === "directory");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** What the configuration names, and what of the app there is under it. */
interface Configured extends Readonly<Record<"programs" | "jobs", readonly string[]>> {
  readonly parts: PartsOfApp;
}

async function configuredNames(context: Context): Promise<Configured> {
  try {
    const { config, own } = await loadContextConfig(context);
    return {
      programs: expandInstances(config, new Map()).map(({ name }) => name),
      jobs: config.jobs.map(({ name }) => name),
      parts: partsOf(context.app, own),
    };
  } catch (error) {
    if (error instanceof AppdError && error.exit !== "internal") return { programs: [], jobs: [], parts: context.app };
    throw error;
  }
}
