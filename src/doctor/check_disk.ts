import { formatSize } from "../base/size.ts";
import type { Check, Finding } from "./doctor.ts";
import type { DiskSeen, Scene } from "./scene.ts";

/** Bytes below which a file system is as good as full: the database's log alone may take 16 MiB. */
const FULL = 32 * 1024 * 1024;
/** Inodes below which files can soon not be made. */
const FEW_INODES = 1000;

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

function findSetAside({ setAside, hasOwnTables }: Scene["database"]): Finding[] {
  const lost = hasOwnTables ? "what was kept in its tables, and the history," : "the history before";
  return setAside.map(({ path, size }): Finding => ({
    id: "database.set-aside",
    severity: hasOwnTables ? "warning" : "note",
    what: `a damaged database was set aside: "${path}" (${formatSize(size)})`,
    why: `the daemon has begun with an empty one: ${lost} is only in there`,
    hint: hasOwnTables
      ? `save what can be read: sqlite3 "${path}" .dump; when nobody needs it any more: rm "${path}"*`
      : `when nobody wants to look at it: rm "${path}"*`,
  }));
}

function findDatabase({ database, daemon }: Scene): Finding[] {
  const { path, state, hasOwnTables } = database;
  const kept = findSetAside(database);
  if (state.kind === "damaged") {
    const { reason } = state;
    return [{
      id: "database.damaged",
      severity: "error",
      what: `the database "${path}" is damaged: ${reason}`,
      why: `the daemon sets it aside at its start, and ${hasOwnTables ? "all" : "the history of jobs"} begins anew`,
      hint: `keep a copy, then save what can be read: sqlite3 "${path}" .dump`,
    }, ...kept];
  }
  if (state.kind !== "refused") return kept;
  return [{
    id: "database.refused",
    severity: "error",
    what: state.reason,
    why: daemon.kind === "stopped"
      ? "jobs do not run without their books"
      : "the daemon goes on with it, and one of this binary would not start",
    hint: state.hint,
  }, ...kept];
}

/** Whether there is room, and whether what was written can be read. */
export const DISK_CHECKS: readonly Check[] = [
  { id: "disk", looksAt: "disks have room for what the logs may take", find: ({ disks }) => disks.flatMap(findDisk) },
  { id: "database", looksAt: "the database is sound", find: findDatabase },
];
