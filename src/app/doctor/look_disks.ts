import { basename, dirname, join } from "node:path";
import type { DiskSeen, LogSeen } from "../../doctor/scene.ts";
import type { RotationPolicy } from "../../logging/rotation_policy.ts";
import type { Config } from "../../schema/appd_schema.ts";
import { diskSpace } from "../../system/disk_space.ts";
import type { Files } from "../../system/files.ts";
import type { Context } from "../context.ts";
import { rotationPolicy } from "../log_settings.ts";
import { expandInstances } from "../programs/instances.ts";
import { standing, statOf, targetOf, unlessRefused } from "./seen.ts";

interface Log extends LogSeen {
  readonly path: string;
}

/** The file systems that files of ours are on, each with the logs that grow there. */
export function lookAtDisks(context: Context, config: Config | undefined): DiskSeen[] {
  const { paths, system: { files } } = context;
  const logs = config === undefined ? [] : logsOf(context, config);
  const places = [
    { at: standing(files, paths.home), log: undefined },
    ...logs.map((log) => ({ at: standing(files, dirname(log.path)), log })),
  ];
  const byDevice = Map.groupBy(places, ({ at }) => targetOf(files, at)?.dev);
  return [...byDevice.values()].flatMap((here) => {
    const path = here[0]?.at ?? "/";
    const space = unlessRefused(() => diskSpace(path));
    if (space === undefined) return [];
    const own = here.flatMap(({ log }) =>
      log === undefined ? [] : [{ owner: log.owner, budget: log.budget, used: log.used }]
    );
    return [{ path, ...space, logs: own }];
  });
}

function logsOf({ paths, system: { files } }: Context, config: Config): Log[] {
  const log = (owner: string, path: string, policy: RotationPolicy): Log => ({
    ...{ owner, path },
    budget: budgetOf(policy),
    used: usedBy(files, path),
  });
  const programs = expandInstances(config, new Map()).map(({ program, name }) => {
    const settings = config.programs.find((one) => one.name === program)?.log ?? config.log;
    return log(`program ${name}`, join(paths.programs, name, "output.log"), rotationPolicy(settings));
  });
  const jobs = config.jobs.map((job) =>
    log(`job ${job.name}`, join(paths.jobs, job.name, "output.log"), rotationPolicy(job.log))
  );
  const commits = config.repositories.length === 0 ? [] : [log("commits", paths.commitLog, rotationPolicy(config.log))];
  return [log("the daemon", config.log.file, rotationPolicy(config.log)), ...programs, ...jobs, ...commits];
}

/** The bytes that a log and its archives may take; Infinity without a limit. Archives that are compressed take less. */
export function budgetOf({ maxTotal, rotateSize, maxFiles }: RotationPolicy): number {
  const byCount = rotateSize > 0 ? rotateSize * (maxFiles + 1) : Infinity;
  return Math.min(maxTotal > 0 ? maxTotal : Infinity, byCount);
}

function usedBy(files: Files, path: string): number {
  const directory = dirname(path);
  const names = unlessRefused(() => files.list(directory)) ?? [];
  return names.filter((name) => name.startsWith(basename(path)))
    .reduce((sum, name) => sum + (statOf(files, join(directory, name))?.size ?? 0), 0);
}
