import { join } from "node:path";
import { systemTimezone } from "../../base/timezone.ts";
import { isTimezone } from "../../base/timezone.ts";
import type { ClockSeen, FileSeen, LimitsSeen, Needs, ToolSeen } from "../../doctor/scene.ts";
import { scrubEnvironment } from "../../detach/environment.ts";
import type { Config } from "../../schema/appd_schema.ts";
import { runBounded } from "../../system/bounded_command.ts";
import type { Files } from "../../system/files.ts";
import { inotifyUse } from "../../system/inotify_use.ts";
import { type LaunchTool, systemLaunchHost } from "../../system/launch_host.ts";
import { ownLimits, threadsOf } from "../../system/own_limits.ts";
import type { Context } from "../context.ts";
import { expandInstances } from "../programs/instances.ts";
import { targetOf, unlessRefused } from "./seen.ts";

/** Where the host's own tools are, for those that the daemon looks for only there. */
const TOOLS_PATH = "/usr/bin:/bin";
/** Longest time that a tool of the host gets to answer, in milliseconds. */
const TOOL_MS = 1000;

/** What the configuration wants of the host. */
export function needsOf(config: Config): Needs {
  return {
    programs: expandInstances(config, new Map()).length,
    jobs: Math.min(config.jobs.filter(({ enabled }) => enabled).length, config.scheduler.concurrency),
    repositories: config.repositories.filter(({ enabled }) => enabled).length,
  };
}

/** Limits of this process, which a daemon that is started from here gets; one that runs has its own already. */
export function lookAtLimits(
  { host: { uid } }: Context["system"],
  needs: Needs | undefined,
  isRunning: boolean,
): LimitsSeen {
  const { openFiles, processes, umask } = ownLimits();
  if (isRunning) return { openFiles: undefined, processes: undefined, umask, inotify: undefined };
  return {
    openFiles,
    umask,
    processes: processes === undefined ? undefined : { used: threadsOf(uid), limit: processes },
    inotify: (needs?.repositories ?? 0) > 0 ? inotifyUse(uid) : undefined,
  };
}

export async function lookAtClock({ files, host }: Context["system"], ours: readonly FileSeen[]): Promise<ClockSeen> {
  const { TZ: tz } = host.env;
  const named = tz?.replace(/^:/, "").replace(/^.*\/zoneinfo\//, "");
  return {
    files: ours.flatMap(({ path, stat }) => stat === undefined ? [] : [{ path, mtimeMs: stat.mtimeMs }]),
    synchronised: await isSynchronised(files),
    tz,
    tzKnown: named === undefined || named === "" || isTimezone(named),
    zone: systemTimezone(tz),
  };
}

/** Only systemd has one place to ask. */
async function isSynchronised(files: Files): Promise<boolean | undefined> {
  if (!runsSystemd(files)) return undefined;
  try {
    const { code, stdout } = await runBounded({
      command: ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
      ...{ cwd: "/", env: { PATH: TOOLS_PATH }, limitMs: TOOL_MS, maxBytes: 1000 },
    });
    const said = new TextDecoder().decode(stdout).trim();
    return code === 0 && (said === "yes" || said === "no") ? said === "yes" : undefined;
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    return undefined; // No such tool.
  }
}

/** Whether systemd is this host's service manager: sd_booted(3). */
export function runsSystemd(files: Pick<Files, "stat" | "realPath">): boolean {
  return targetOf(files, "/run/systemd/system")?.kind === "directory";
}

/** The tools that this configuration needs. */
export function lookForTools({ files, host }: Context["system"], config: Config | undefined): ToolSeen[] {
  if (config === undefined) return [];
  const processes = [...config.programs, ...config.jobs];
  const launch = (name: LaunchTool, from: string, wants: (one: typeof processes[number]) => boolean) => {
    const names = processes.filter(wants).map((one) => one.name);
    if (names.length === 0) return [];
    return [{ name, package: from, neededFor: namesText(names), found: systemLaunchHost.tool(name) !== undefined }];
  };
  const repositories = config.repositories.filter(({ enabled }) => enabled).map(({ name }) => name);
  const simple = (name: string, from: string, names: readonly string[], path: string) =>
    names.length === 0
      ? []
      : [{ name, package: from, neededFor: namesText(names), found: isOnPath(files, name, path) }];
  return [
    ...simple("mkfifo", "coreutils", processes.map(({ name }) => name), TOOLS_PATH),
    ...simple("git", "git", repositories, host.env.PATH ?? TOOLS_PATH),
    ...launch("setpriv", "util-linux", ({ user, group }) => user !== undefined || group !== undefined),
    ...launch("prlimit", "util-linux", ({ limits }) => Object.keys(limits ?? {}).length > 0),
    ...launch("nice", "coreutils", ({ nice }) => nice !== undefined),
  ];
}

/** `web, db and 3 others` */
function namesText(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 2).join(", ")} and ${names.length - 2} others`;
}

function isOnPath(files: Files, name: string, path: string): boolean {
  return path.split(":").some((place) => unlessRefused(() => targetOf(files, join(place, name)))?.kind === "file");
}

/** Names of variables that `start` would not hand on, because they steer the runtime or the loader. */
export function steeringIn(env: Readonly<Record<string, string>>): string[] {
  const clean = scrubEnvironment(env);
  return Object.keys(env).filter((name) => !Object.hasOwn(clean, name) && !name.startsWith("APPD_")).sort();
}
