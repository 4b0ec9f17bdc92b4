import { humanDuration } from "../base/duration.ts";
import { formatSize } from "../base/size.ts";
import type { Check, Finding } from "./doctor.ts";
import type { DiskSeen, Scene, Use } from "./scene.ts";

/** Bytes below which a file system is as good as full: the database's log alone may take 16 MiB. */
const FULL = 32 * 1024 * 1024;
/** Inodes below which files can soon not be made. */
const FEW_INODES = 1000;
/** Milliseconds that a clock may be behind a file of ours: file systems over the network have clocks of their own. */
const CLOCK_SLACK = 60_000;
/** No clock that was ever set is before this binary was made. */
const EARLIEST = Date.UTC(2025, 0, 1);
/** Descriptors of the daemon itself: listeners, connections, database, its log. */
const OWN_FILES = 64;
/** Descriptors for each program and each job that runs: both ends of its FIFO, its log, one to look at it with. */
const FILES_EACH = 4;

function findDisk(disk: DiskSeen): Finding[] {
  return [...fullDisk(disk), ...forecast(disk), ...fewInodes(disk), ...unlimited(disk)];
}

function fullDisk({ path, free }: DiskSeen): Finding[] {
  if (free >= FULL) return [];
  return [{
    id: "disk.full",
    severity: "error",
    what: `the file system of "${path}" has ${formatSize(free)} left`,
    why: "logs get gaps, jobs cannot be written down, and the next start may fail",
    hint: `see what takes it: du -xh "${path}" | sort -h | tail`,
  }];
}

/** What the logs may still grow to, against what is free. */
function forecast({ path, free, logs }: DiskSeen): Finding[] {
  const limited = logs.filter(({ budget }) => budget < Infinity);
  const growth = limited.reduce((sum, { budget, used }) => sum + Math.max(0, budget - used), 0);
  if (free < FULL || growth <= free) return [];
  return [{
    id: "disk.forecast",
    severity: "warning",
    what: `logs may grow by ${formatSize(growth)} (${limited.length} of them), and the file system of "${path}" has ` +
      `${formatSize(free)} left`,
    why: "it will be full before retention removes anything",
    hint: "lower what they may take: appd config set log.max_total 50MiB",
  }];
}

function unlimited({ logs }: DiskSeen): Finding[] {
  const names = logs.filter(({ budget }) => budget === Infinity).map(({ owner }) => owner);
  if (names.length === 0) return [];
  return [{
    id: "disk.unlimited",
    severity: "warning",
    what: `nothing limits the log of ${names.join(", ")}: neither max_total, nor rotate_size with max_files`,
    why: "it grows until the disk is full",
    hint: "give it a limit: appd config set log.max_total 200MiB",
  }];
}

function fewInodes({ path, inodes, freeInodes }: DiskSeen): Finding[] {
  if (inodes === 0 || freeInodes >= FEW_INODES) return [];
  return [{
    id: "disk.inodes",
    severity: "error",
    what: `the file system of "${path}" can take ${freeInodes} more files`,
    why: "rotation, state and the database all make new files",
    hint: `see where they are: du -x --inodes "${path}" | sort -n | tail`,
  }];
}

function findClock({ clock, now }: Scene): Finding[] {
  if (now < EARLIEST) {
    return [{
      id: "clock.past",
      severity: "error",
      what: `it is ${new Date(now).toISOString()}, says the clock, before this program was made`,
      why: "schedules run at wrong times, and certificates are refused",
      hint: "set it: sudo timedatectl set-ntp true, or: sudo date -s",
    }];
  }
  const [ahead] = clock.files.filter(({ mtimeMs }) => mtimeMs > now + CLOCK_SLACK)
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  if (ahead !== undefined) {
    return [{
      id: "clock.future",
      severity: "warning",
      what: `"${ahead.path}" was changed ${humanDuration(ahead.mtimeMs - now)} from now`,
      why:
        "the clock was ahead then or is behind now: schedules run twice or late, and retention removes the wrong files",
      hint: "compare: date -u; timedatectl status",
    }];
  }
  if (clock.synchronised !== false) return [];
  return [{
    id: "clock.unsynchronised",
    severity: "note",
    what: "no time service keeps the clock",
    why: "schedules follow a clock that drifts",
    hint: "sudo timedatectl set-ntp true",
  }];
}

function findTimezone({ clock: { tz, tzKnown, zone } }: Scene): Finding[] {
  if (tz === undefined || tzKnown) return [];
  return [{
    id: "timezone.unknown",
    severity: "warning",
    what: `TZ is "${tz}", which is no time zone of this host`,
    why: `schedules follow ${zone} instead`,
    hint: "name one: appd config set timezone Europe/Berlin",
  }];
}

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

function findTools({ tools }: Scene): Finding[] {
  return tools.filter(({ found }) => !found).map(({ name, neededFor, package: from }) => ({
    id: "tools.missing",
    severity: "error",
    what: `there is no "${name}" on this host`,
    why: `it is needed for ${neededFor}`,
    hint: `sudo apt-get install ${from}`,
  }));
}

function findMemory({ countsOomKills, needs }: Scene): Finding[] {
  if (countsOomKills || (needs?.programs ?? 0) + (needs?.jobs ?? 0) === 0) return [];
  return [{
    id: "memory.no-witness",
    severity: "note",
    what: "this kernel does not count what it kills for want of memory",
    why: "a program that it killed looks as if somebody had sent SIGKILL",
    hint: "cgroup v2 would tell: see /sys/fs/cgroup/memory.events",
  }];
}

function findSteering({ steering }: Scene): Finding[] {
  if (steering.length === 0) return [];
  return [{
    id: "environment.steering",
    severity: "note",
    what: `set in this environment: ${steering.join(", ")}`,
    why: "they steer the runtime or the loader; start keeps them from the daemon, run does not",
    hint: `env ${steering.map((name) => `-u ${name}`).join(" ")} appd run`,
  }];
}

function findDatabase({ database: { path, state, setAside } }: Scene): Finding[] {
  const kept = setAside.map((one): Finding => ({
    id: "database.set-aside",
    severity: "note",
    what: `a damaged database was set aside: "${one.path}" (${formatSize(one.size)})`,
    why: "the daemon has begun with an empty one: the history before is only in there",
    hint: `when nobody wants to look at it: rm "${one.path}"*`,
  }));
  if (state.kind === "damaged") {
    const { reason } = state;
    return [{
      id: "database.damaged",
      severity: "error",
      what: `the database "${path}" is damaged: ${reason}`,
      why: "the daemon sets it aside at its start, and the history of jobs begins anew",
      hint: `keep a copy, then save what can be read: sqlite3 "${path}" .recover`,
    }, ...kept];
  }
  if (state.kind !== "refused") return kept;
  return [{
    id: "database.refused",
    severity: "error",
    what: state.reason,
    why: "jobs do not run without their books",
    hint: state.hint,
  }, ...kept];
}

/** What the host has left for us. */
export const HOST_CHECKS: readonly Check[] = [
  { id: "disk", looksAt: "disks have room for what the logs may take", find: ({ disks }) => disks.flatMap(findDisk) },
  { id: "database", looksAt: "the database is sound", find: findDatabase },
  { id: "clock", looksAt: "the clock is right", find: findClock },
  { id: "timezone", looksAt: "the time zone is known", find: findTimezone },
  { id: "limits", looksAt: "limits of files and processes suffice", find: findLimits },
  { id: "inotify", looksAt: "the kernel can tell of commits", find: findInotify },
  { id: "umask", looksAt: "the umask is safe", find: findUmask },
  { id: "tools", looksAt: "tools that are needed are there", find: findTools },
  { id: "memory", looksAt: "the kernel counts what it kills", find: findMemory },
  { id: "environment", looksAt: "nothing steers the runtime", find: findSteering },
];
