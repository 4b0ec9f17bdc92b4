import type { FileStat } from "../system/files.ts";

/** A process for people. `command` is the first word of its argv: the others may carry secrets. */
export interface ProcessSeen {
  readonly pid: number;
  readonly command: string;
}

/** What is known of the daemon. */
export type DaemonSeen =
  | { readonly kind: "stopped" }
  /** Lock or PID file may not be looked at. */
  | { readonly kind: "unknown"; readonly why: string }
  | RunningDaemon;

export interface RunningDaemon {
  readonly kind: "running";
  /** Undefined when it cannot be found out. */
  readonly pid: number | undefined;
  /** It has answered on its control socket. */
  readonly answers: boolean;
  /** One letter of proc_pid_stat(5). */
  readonly processState: string | undefined;
  readonly version: string | undefined;
  /** What the kernel says its executable is; ends in ` (deleted)` when that was replaced. */
  readonly image: string | undefined;
  /** Health checks that fail. */
  readonly failing: readonly { readonly name: string; readonly error: string; readonly critical: boolean }[];
  /** Keys of settings that were reloaded and that only a restart takes up. */
  readonly needsRestart: readonly string[];
}

export interface PidFileSeen {
  readonly path: string;
  readonly content:
    /** `distrusted`: its owner or mode is wrong, which is said of all files. */
    | { readonly kind: "absent" }
    | { readonly kind: "distrusted" }
    | { readonly kind: "pid"; readonly pid: number; readonly process: ProcessSeen | undefined }
    | { readonly kind: "bad"; readonly reason: string };
  /** 0 when it is absent. */
  readonly ino: number;
}

/** One of our files, or one that we read. */
export interface FileSeen {
  /** `PID file`, `configuration`. */
  readonly role: string;
  readonly path: string;
  readonly kind: "file" | "socket";
  /** Undefined: it is not there. */
  readonly stat: FileStat | undefined;
  /** We write it; otherwise it is the user's, and we only read it. */
  readonly isOurs: boolean;
}

export interface DirectorySeen {
  readonly role: string;
  readonly path: string;
  /** Of what a link leads to. Undefined: it is not there. */
  readonly stat: FileStat | undefined;
  /** We make it, for ourselves alone. */
  readonly isOurs: boolean;
  /** We make files in it. */
  readonly isWritten: boolean;
  /** The daemon makes it when it is not there. */
  readonly isMade: boolean;
  /** Why nothing can be made in it, or where it would be made: `EACCES`, `EROFS` … */
  readonly trouble: string | undefined;
  /** The directory that `trouble` is about. */
  readonly at: string;
}

/** A place by which somebody could exchange the binary or the home: the binary itself, or a directory above one of them. */
export interface WaySeen {
  readonly path: string;
  /** Of what a link leads to. */
  readonly stat: FileStat;
  /** Path of what it leads to. */
  readonly to: string;
  readonly of: "binary" | "home";
}

export interface TokenSeen {
  readonly path: string;
  /** Why the daemon would not take it. */
  readonly trouble: string;
  readonly hint: string;
  /** Others can read it, and that is all that is wrong. */
  readonly open: FileStat | undefined;
}

export interface PortSeen {
  readonly bind: string;
  readonly port: number;
  readonly state: "free" | "ours" | "taken" | "no address" | "denied";
  readonly holder: ProcessSeen | undefined;
  /** The instance of appd that the holder is. */
  readonly holderInstance: string | undefined;
}

/** Another instance of this user, beside ours. */
export interface Sibling {
  readonly name: string;
  readonly home: string;
  readonly port: number;
}

export interface LeftoverSeen extends ProcessSeen {
  /** Of the program or job. */
  readonly name: string;
}

export interface ConfigurationSeen {
  readonly path: string;
  /** Each with its place. */
  readonly problems: readonly { readonly text: string; readonly hint: string | undefined }[];
  readonly warnings: readonly string[];
  /** What would keep programs and jobs from starting on this host. */
  readonly obstacles: readonly string[];
  /** What runs as root, and others can write. */
  readonly exposed: readonly string[];
}

/** What the configuration needs of the host. */
export interface Needs {
  /** Processes of programs. */
  readonly programs: number;
  readonly jobs: number;
  readonly repositories: number;
}

/** A unit of a service manager that is installed for this instance. */
export interface UnitSeen {
  readonly path: string;
  readonly scope: "system" | "user";
  readonly text: string;
  /** What this binary would write; undefined where that is not known. */
  readonly wanted: string | undefined;
  /** What it starts. */
  readonly binary: { readonly path: string; readonly exists: boolean; readonly isThis: boolean } | undefined;
}

export interface LogSeen {
  /** `the daemon`, `program web`. */
  readonly owner: string;
  /** Bytes that it may take; Infinity without a limit. */
  readonly budget: number;
  /** Bytes that it takes now. */
  readonly used: number;
}

/** A file system with what of ours is on it. Sizes in bytes. */
export interface DiskSeen {
  readonly path: string;
  readonly size: number;
  /** For us: without what is kept for root. */
  readonly free: number;
  /** 0: it does not count them. */
  readonly inodes: number;
  readonly freeInodes: number;
  readonly logs: readonly LogSeen[];
}

export interface ClockSeen {
  /** Files of ours, with when they were changed. Milliseconds. */
  readonly files: readonly { readonly path: string; readonly mtimeMs: number }[];
  /** By the time service; undefined where nobody says. */
  readonly synchronised: boolean | undefined;
  /** The variable TZ. */
  readonly tz: string | undefined;
  readonly tzKnown: boolean;
  /** What schedules use without a setting. */
  readonly zone: string;
}

export interface Use {
  readonly used: number;
  readonly limit: number;
}

export interface LimitsSeen {
  /** Soft limit of open files. */
  readonly openFiles: number | undefined;
  /** Processes of this user; undefined where no limit counts. */
  readonly processes: Use | undefined;
  readonly umask: number | undefined;
  /** inotify(7) of this user; undefined when nothing of it is needed. */
  readonly inotify: { readonly instances: Use; readonly watches: Use } | undefined;
}

export interface DatabaseSeen {
  readonly path: string;
  readonly state:
    | { readonly kind: "sound" | "absent" | "not looked into" }
    | { readonly kind: "damaged"; readonly reason: string }
    | { readonly kind: "refused"; readonly reason: string; readonly hint: string };
  /** Damaged ones of before. */
  readonly setAside: readonly { readonly path: string; readonly size: number }[];
  /** Whether the app keeps more in it than the history of jobs. */
  readonly hasOwnTables: boolean;
}

export interface ToolSeen {
  readonly name: string;
  readonly neededFor: string;
  readonly package: string;
  readonly found: boolean;
}

/** Everything that is looked at, as data. Times in milliseconds since the epoch. */
export interface Scene {
  /** Name of this program. */
  readonly program: string;
  readonly instance: string;
  readonly home: string;
  readonly uid: number;
  readonly now: number;
  /** Of this binary. */
  readonly version: string;
  readonly daemon: DaemonSeen;
  readonly pidFile: PidFileSeen;
  readonly files: readonly FileSeen[];
  readonly directories: readonly DirectorySeen[];
  readonly ways: readonly WaySeen[];
  /** Undefined: nothing is wrong with it, or there is none. */
  readonly token: TokenSeen | undefined;
  readonly configuration: ConfigurationSeen;
  /** Undefined: nothing is known, because the configuration is invalid. */
  readonly needs: Needs | undefined;
  /** Undefined: none is configured, or that is not known. */
  readonly port: PortSeen | undefined;
  readonly siblings: readonly Sibling[];
  /** Daemons that hold a lock of this home which is no longer there. */
  readonly ghosts: readonly ProcessSeen[];
  readonly leftovers: readonly LeftoverSeen[];
  readonly units: readonly UnitSeen[];
  /** The user whose services end at logout, because it does not linger; undefined when that is no question here. */
  readonly notLingering: string | undefined;
  readonly disks: readonly DiskSeen[];
  readonly clock: ClockSeen;
  readonly limits: LimitsSeen;
  readonly database: DatabaseSeen;
  readonly tools: readonly ToolSeen[];
  /** The kernel says when it kills for want of memory. */
  readonly countsOomKills: boolean;
  /** Names of variables that steer the runtime or the loader. */
  readonly steering: readonly string[];
  /** Zombies of a container for which nobody waits; undefined where somebody does. */
  readonly zombies: number | undefined;
}
