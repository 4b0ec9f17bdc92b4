import type { ProgramStatus } from "../base/program_reports.ts";
import type { Dependency } from "./dependencies.ts";
import type { Survivor } from "./events.ts";
import type { Machine } from "./machine.ts";
import type { Stream } from "./stream.ts";
import type { UnitSpec } from "./task_spec.ts";

/** What the last stop of a unit came to. */
export interface StopOutcome {
  readonly forced: boolean;
  readonly survivors: readonly Survivor[];
}

/** What the supervisor keeps running: a program, which is a process, or a task, which is a function in this one. */
export interface Unit {
  readonly name: string;
  /** The configuration of the next life. */
  readonly spec: UnitSpec;
  /** Where it is, what came before, and the way to hand it what happens. */
  readonly machine: Machine;
  readonly outcome: StopOutcome;
  /** False while its liveness probe fails. */
  readonly isLive: boolean;
  /** The way of its output into its log; undefined where it has none of its own. */
  readonly stream: Stream | undefined;
  /** Sends a signal to its processes. False when it has none. */
  signal(signal: Deno.Signal): boolean;
  /** Takes up a configuration of its own kind; what needs a new life waits for the next start. */
  configure(spec: UnitSpec): Promise<void>;
  /** As `status --json` shows it, without what it uses. */
  status(): ProgramStatus;
  /** The next daemon is to know nothing of a stop or an end: it begins anew. */
  forget(): void;
  /** Lets go of everything; a process goes on. */
  close(): Promise<void>;
}

/** How those who depend on a unit see it. */
export function dependencyOf({ spec, machine: { state, exitCode }, isLive }: Unit): Dependency {
  return { spec, state, exitCode, isLive };
}
