import { systemError } from "../base/errors.ts";
import { type Files, writeFileAtomic } from "../system/files.ts";

/** What the running daemon leaves beside its PID for those who cannot ask it. */
export interface InstanceState {
  readonly pid: number;
  /** With `boot_id` it tells this process from a later one with the same PID. */
  readonly start_time: string;
  readonly boot_id: string;
  readonly started_at: string;
  readonly version: string;
  readonly url: string | null;
  readonly config_file: string;
  readonly pid_file: string;
  readonly log_file: string;
  /** Settings given on the command line, by dotted key; `restart` keeps them. */
  readonly flags: Readonly<Record<string, string>>;
  /** Name of the mode that it runs; absent: everything runs. `restart` keeps it. */
  readonly mode?: string;
  /** Directory in which it was started, absolute; `restart` keeps it. */
  readonly started_in?: string;
  /** Programs that had to be killed at the shutdown, services and jobs that ended with it; absent while the daemon runs. */
  readonly killed?: readonly string[];
  /** Those among them that are services or jobs: they ignored their signal. */
  readonly lingering?: readonly string[];
  /** Jobs whose runs were cancelled at the shutdown. */
  readonly cancelled?: readonly string[];
  /** How it ended, when it had time to say so; absent while it runs and after a death. */
  readonly ended?: {
    readonly at: string;
    readonly exit: number;
    /** Why it is no success; absent for an orderly end. */
    readonly reason?: string;
  };
  /** When its predecessors died within the last minutes, ISO 8601. */
  readonly deaths?: readonly string[];
  /** The command after `--` and the directory that it runs in, or null. */
  readonly command: { readonly words: readonly string[]; readonly cwd: string } | null;
}

/** Replaces the state file atomically, mode 0600. @throws AppdError (cannotCreate, noPermission, io) */
export function writeState(files: Files, path: string, state: InstanceState): void {
  try {
    writeFileAtomic(files, path, JSON.stringify(state, null, 2) + "\n", 0o600);
  } catch (error) {
    throw systemError(["write state file", path], error);
  }
}

/** The last state that was written, or undefined when there is none that can be understood. */
export function readState(files: Files, path: string): InstanceState | undefined {
  try {
    if (files.stat(path)?.kind !== "file") return undefined;
    const value: unknown = JSON.parse(files.readText(path));
    const pid = (value as { pid?: unknown } | null)?.pid;
    return typeof pid === "number" ? value as InstanceState : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw systemError(["read state file", path], error, "ask as the user that runs the daemon, or as root");
  }
}
