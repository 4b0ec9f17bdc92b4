import type { Check, Finding } from "./doctor.ts";
import type { Scene, Use } from "./scene.ts";

/** Descriptors of the daemon itself: listeners, connections, database, its log. */
const OWN_FILES = 64;
/** Descriptors for each program and each job that runs: both ends of its FIFO, its log, one to look at it with. */
const FILES_EACH = 4;

function findInotify({ limits: { inotify }, needs }: Scene): Finding[] {
  if (inotify === undefined) return [];
  const { instances, watches } = inotify;
  const needed = Math.max(1, needs?.repositories ?? 0);
  const short: readonly (readonly [name: string, use: Use, each: number])[] = [
    ["max_user_instances", instances, 1],
    ["max_user_watches", watches, 4],
  ];
  return short.filter(([, { used, limit }, each]) => used + needed * each > limit).map(([name, { used, limit }]) => ({
    id: "inotify.used-up",
    severity: "warning",
    what: `this user has ${used} of ${limit} inotify ${
      name.replace("max_user_", "")
    }, and ${needed} repositories want more`,
    why: "commits are seen only at the next look (poll_interval), not at once",
    hint: `sudo sysctl fs.inotify.${name}=${Math.max(limit * 4, 1024)}`,
  }));
}

function findLimits({ limits: { openFiles, processes }, needs }: Scene): Finding[] {
  if (needs === undefined) return [];
  const runs = needs.programs + needs.jobs;
  const files = OWN_FILES + FILES_EACH * runs;
  const found: Finding[] = [];
  if (openFiles !== undefined && openFiles < files) {
    found.push({
      id: "limits.open-files",
      severity: "warning",
      what:
        `this shell allows ${openFiles} open files, and ${needs.programs} programs with ${needs.jobs} jobs want ${files}`,
      why: "the last ones are not started, and connections are refused",
      hint: `ulimit -n ${Math.max(1024, 2 * files)}, or LimitNOFILE= in the unit`,
    });
  }
  if (processes !== undefined && processes.used + runs > processes.limit) {
    found.push({
      id: "limits.processes",
      severity: "warning",
      what:
        `this user has ${processes.used} of ${processes.limit} processes, and ${runs} programs and jobs come on top`,
      why: "the kernel refuses to start the last ones (EAGAIN)",
      hint: `ulimit -u ${2 * (processes.used + runs)}, or TasksMax= in the unit`,
    });
  }
  return found;
}

function findUmask({ limits: { umask }, uid }: Scene): Finding[] {
  // Of the group only root's files are others': a user's group is often the user's alone.
  const open = uid === 0 ? 0o022 : 0o002;
  if (umask === undefined || (umask & open) === open) return [];
  return [{
    id: "umask.open",
    severity: "note",
    what: `the umask here is ${umask.toString(8).padStart(3, "0")}: others can write what you make`,
    why: "the daemon sets its own (027); a configuration that you write by hand gets this one",
    hint: "umask 022",
  }];
}

/** What this process was given, against what the configuration needs. */
export const LIMIT_CHECKS: readonly Check[] = [
  { id: "limits", looksAt: "limits of files and processes suffice", find: findLimits },
  { id: "inotify", looksAt: "the kernel can tell of commits", find: findInotify },
  { id: "umask", looksAt: "the umask is safe", find: findUmask },
];
