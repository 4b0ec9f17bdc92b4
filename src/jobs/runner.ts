import type { Ending } from "../base/ending.ts";
import { AppdError, type AppdErrorOptions } from "../base/errors.ts";
import type { Cause, JobSpec } from "./job_spec.ts";

/** How the process of a run ended; its parent always knows. A function that returns ends as one that exits with 0. */
export type RunExit = Exclude<Ending, "unknown">;

/**
 * Stands for the start time of a run that is no process: its work is a function in the daemon. PID 0 alone says less, a
 * daemon can die between the start of a process and writing its PID down.
 */
export const IN_DAEMON = "in the daemon";

/** One attempt of one run. */
export interface RunOrder {
  readonly job: JobSpec;
  readonly runId: number;
  /** The how-manieth trigger of the job. */
  readonly number: number;
  /** Wall time in milliseconds. */
  readonly slotAt: number;
  /** From 1 on. */
  readonly attempt: number;
  readonly cause: Cause;
}

/** What is needed to find what a run left behind after the daemon's death. */
export interface RunIdentity {
  readonly runId: number;
  readonly job: string;
  /** 0 when it is not known: the daemon died between the start and writing this down. And of a function. */
  readonly pid: number;
  /** Field 22 of proc_pid_stat(5); of a function {@link IN_DAEMON}. */
  readonly startTime: string;
  readonly bootId: string;
}

/** What a run left at its end. */
export interface RunEnd {
  /** Null: it was a function that threw, or was let go. */
  readonly exit: RunExit | null;
  /** Why it failed, where the exit does not say it: what a function threw. */
  readonly reason?: string;
  /** The last lines of its output, at most a few KiB, as text. */
  readonly output: string;
  /** Processes that outlived it and could not be ended; PID 0 for a function that ignored its signal. */
  readonly leftovers: readonly { readonly pid: number; readonly command: string }[];
  /** Of a function that was let go: resolves when its code has ended after all. */
  readonly lingers?: Promise<unknown>;
}

/** A process under way. */
export interface RunProcess {
  readonly identity: RunIdentity;
  /** Resolves when the main process has ended, its group was cleared and its output is in the log. Never rejects. */
  readonly ended: Promise<RunEnd>;
  /** Begins to end it: the job's stop signal to its group, KILL after `stopTimeout` milliseconds or what is given here. */
  stop(timeoutMs?: number): void;
}

/** Work could not be started. */
export class RunStartError extends AppdError {
  /** The host was short of something: later it may do. */
  readonly mayPass: boolean;

  constructor(message: string, options: AppdErrorOptions & { readonly mayPass: boolean }) {
    super(message, options);
    this.mayPass = options.mayPass;
  }
}

/** What the job room needs to have work done. */
export interface Runner {
  /** @throws RunStartError when the work cannot be started */
  start(order: RunOrder): RunProcess;
  /**
   * Ends what an earlier daemon's run left: nothing when the process is not the one that was meant. Resolves when it is
   * gone, with the last lines that it wrote.
   */
  clear(identity: RunIdentity): Promise<{ readonly wasAlive: boolean; readonly output: string }>;
}
