import { join } from "node:path";
import { AppdError, errnoOf } from "../base/errors.ts";
import { readState } from "../instance/state_file.ts";
import type { Context } from "./context.ts";
import { loggerOfService } from "./kit/service_logger.ts";
import { servicesUnder } from "./kit/services_under.ts";
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
 * Where the log of a program, service or job is, or is going to be. A service writes into the daemon's. Who ever ran has a directory, also when the daemon does not run;
 * who has not is in the configuration. One that cannot be read names nobody: logs help to mend it.
 */
export async function logPlace(context: Context, name: string): Promise<LogPlace> {
  const ofService = async () => ({
    path: await daemonLog(context),
    logger: loggerOfService(context.app, name),
    names: [],
  });
  if (context.app.services.some((service) => service.name === name)) return await ofService();
  const { programs, jobs } = context.paths;
  const there = [programs, jobs].map((directory) => ({ directory, names: namesIn(context, directory) }));
  const found = there.find(({ names }) => names.includes(name));
  if (found !== undefined) return { path: pathIn(found.directory, name), names: [] };
  const configured = await configuredNames(context);
  if (configured.functions.includes(name)) return { path: configured.daemonLog, names: [] };
  if (configured.services.includes(name)) return await ofService();
  const known = [...configured.programs, ...configured.services, ...configured.jobs, ...configured.functions];
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
    return files.list(directory).filter((name) => files.stat(join(directory, name))?.kind === "directory");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** What the configuration names; what the functions of the app say stands in the daemon's log. */
interface Configured extends Readonly<Record<"programs" | "services" | "jobs" | "functions", readonly string[]>> {
  readonly daemonLog: string;
}

async function configuredNames(context: Context): Promise<Configured> {
  const functions = context.app.jobs.map(({ name }) => name);
  try {
    const { config } = await loadContextConfig(context);
    return {
      programs: expandInstances(config, new Map()).map(({ name }) => name),
      services: servicesUnder(context.app, config).map(({ name }) => name),
      jobs: config.jobs.map(({ name }) => name),
      functions,
      daemonLog: config.log.file,
    };
  } catch (error) {
    if (error instanceof AppdError && error.exit !== "internal") {
      const services = context.app.services.map(({ name }) => name);
      return { programs: [], services, jobs: [], functions, daemonLog: context.paths.log };
    }
    throw error;
  }
}
