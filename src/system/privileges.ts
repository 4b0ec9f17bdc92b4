import fs from "node:fs";

/** What this process may do for the programs that it starts. */
export interface Privileges {
  readonly uid: number;
  readonly gid: number;
  /** CAP_SETUID and CAP_SETGID: may start programs as other users. */
  readonly changesUser: boolean;
  /** CAP_SYS_RESOURCE: may raise hard limits. */
  readonly raisesLimits: boolean;
  /** The lowest niceness that it may give, nice(2) and RLIMIT_NICE in getrlimit(2). */
  readonly lowestNice: number;
  /** Its own, -20 to 19. */
  readonly nice: number;
  /** Hard limits by prlimit(1) name; Infinity for unlimited. */
  readonly hardLimits: Readonly<Record<string, number>>;
  /** Above this not even root can raise `nofile`: sysctl fs.nr_open. */
  readonly mostFiles: number;
}

/** Lines of /proc/self/limits, proc_pid_limits(5), by the names of prlimit(1). */
const LIMIT_LINES: Readonly<Record<string, string>> = {
  as: "Max address space",
  core: "Max core file size",
  cpu: "Max cpu time",
  data: "Max data size",
  fsize: "Max file size",
  locks: "Max file locks",
  memlock: "Max locked memory",
  msgqueue: "Max msgqueue size",
  nice: "Max nice priority",
  nofile: "Max open files",
  nproc: "Max processes",
  rss: "Max resident set",
  rtprio: "Max realtime priority",
  rttime: "Max realtime timeout",
  sigpending: "Max pending signals",
  stack: "Max stack size",
};

/** Bits of capabilities(7). */
const CAP_SETGID = 6;
const CAP_SETUID = 7;
const CAP_SYS_NICE = 23;
const CAP_SYS_RESOURCE = 24;

/** The texts under /proc that privileges are read from; an empty one is a file that is not there. */
export interface ProcTexts {
  readonly status: string;
  readonly stat: string;
  readonly limits: string;
  readonly nrOpen: string;
}

/** Pure: what the texts say of the process that they are about. */
export function parsePrivileges(texts: ProcTexts): Privileges {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(texts.status)?.[1] ?? "0"}`);
  const has = (bit: number) => (effective >> BigInt(bit)) % 2n === 1n;
  const idOf = (line: string) => Number(new RegExp(`^${line}:\\s+\\d+\\s+(\\d+)`, "m").exec(texts.status)?.[1] ?? 0);
  const hardLimits = limitsOf(texts.limits);
  const nice = Number(texts.stat.slice(texts.stat.lastIndexOf(")") + 2).split(" ")[19 - 3] ?? 0);
  return {
    uid: idOf("Uid"),
    gid: idOf("Gid"),
    changesUser: has(CAP_SETUID) && has(CAP_SETGID),
    raisesLimits: has(CAP_SYS_RESOURCE),
    lowestNice: has(CAP_SYS_NICE) ? -20 : Math.min(nice, 20 - softNice(texts.limits)),
    nice,
    hardLimits,
    mostFiles: Number(texts.nrOpen.trim() || Infinity),
  };
}

/** RLIMIT_NICE n allows a niceness down to 20 - n. */
function softNice(limits: string): number {
  return Number(/^Max nice priority\s+(\d+)/m.exec(limits)?.[1] ?? 0);
}

function limitsOf(text: string): Record<string, number> {
  const all: Record<string, number> = {};
  for (const [name, label] of Object.entries(LIMIT_LINES)) {
    const hard = new RegExp(`^${label}\\s+\\S+\\s+(\\S+)`, "m").exec(text)?.[1];
    if (hard !== undefined) all[name] = hard === "unlimited" ? Infinity : Number(hard);
  }
  return all;
}

/** Of this process, now. */
export function ownPrivileges(): Privileges {
  return parsePrivileges({
    status: fs.readFileSync("/proc/self/status", "utf8"),
    stat: fs.readFileSync("/proc/self/stat", "utf8"),
    limits: fs.readFileSync("/proc/self/limits", "utf8"),
    nrOpen: fs.readFileSync("/proc/sys/fs/nr_open", "utf8"),
  });
}
