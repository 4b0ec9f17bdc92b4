import type { ProgramStatus } from "../base/reports.ts";
import type { Dependency } from "./dependencies.ts";
import type { Survivor } from "./events.ts";
import type { Event, State } from "./state.ts";
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
  readonly state: State;
  readonly outcome: StopOutcome;
  /** How those who depend on it see it. */
  readonly dependency: Dependency;
  /** The way of its output into its log; undefined where it has none of its own. */
  readonly stream: Stream | undefined;
  /** Neither on the way up nor on the way down. */
  readonly isSettled: boolean;
  /** Hands it something that happened; what follows from it is done when this returns. */
  dispatch(event: Event): void;
  /** Looks for its dependencies again, if it waits for any. */
  recheck(): void;
  /** Something that a restart may mend was seen from outside; means nothing unless it runs. */
  complain(reason: string): void;
  /** Sends a signal to its processes. False when it has none. */
  signal(signal: Deno.Signal): boolean;
  /** Resolves once a stop or restart under way is over. */
  settled(): Promise<void>;
  /** Takes up a configuration of its own kind; what needs a new life waits for the next start. */
  configure(spec: UnitSpec): Promise<void>;
  /** As `status --json` shows it, without what it uses. */
  status(): ProgramStatus;
  /** The next daemon is to know nothing of a stop or an end: it begins anew. */
  forget(): void;
  /** Lets go of everything; a process goes on. */
  close(): Promise<void>;
}
