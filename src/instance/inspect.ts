import type { Files } from "../system/files.ts";
import type { Locks } from "../system/lock.ts";
import { type OwnFamily, readPidFile } from "./pid_file.ts";

/** What lock and PID file together say. The lock decides; the file only names the process. */
export type Presence =
  /** `pid` is undefined when the daemon runs but its PID cannot be found out; `why` then says why. */
  | { readonly kind: "running"; readonly pid: number | undefined; readonly why: string | undefined }
  /** Nobody holds the lock, but a PID file was left behind: the daemon died without cleaning up. */
  | { readonly kind: "dead"; readonly leftover: string }
  | { readonly kind: "stopped" };

/** Where to look. */
export interface PresenceQuery {
  readonly lock: string;
  readonly pidFile: string;
  readonly family: OwnFamily;
}

/** Who has a file open: proc_pid_fd(5). */
export interface OpenFiles {
  /** Undefined when the process may not be looked into. */
  hasOpen(pid: number, path: string): boolean | undefined;
  holdersOf(path: string): number[];
}

/**
 * Whether the instance runs, without side effects.
 *
 * Lock free: the PID file is stale, whatever it says. Lock held: the PID in the file counts if that process has the lock
 * file open; otherwise the process that has it open is looked for. So a PID is never believed on the word of a file alone.
 *
 * @throws AppdError (noPermission) when the PID file is foreign and we are root
 */
export function inspect(system: { files: Files; locks: Locks; open: OpenFiles }, query: PresenceQuery): Presence {
  const content = readPidFile(system.files, query.pidFile, query.family);
  if (!system.locks.isHeld(query.lock)) {
    if (content.kind === "absent") return { kind: "stopped" };
    return { kind: "dead", leftover: content.kind === "pid" ? `PID ${content.pid}` : content.reason };
  }
  if (content.kind === "pid" && system.open.hasOpen(content.pid, query.lock) === true) {
    return { kind: "running", pid: content.pid, why: undefined };
  }
  const holders = system.open.holdersOf(query.lock).filter((pid) => !query.family.pids.includes(pid));
  const why = content.kind === "bad" ? content.reason : "the PID file does not name the process that holds the lock";
  return { kind: "running", pid: holders.length === 1 ? holders[0] : undefined, why };
}
