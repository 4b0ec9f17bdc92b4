import { type LifeSpec, type ProgramSpec, specMark } from "./program_spec.ts";

/** What the function of a task is given for one life. */
export interface TaskLife {
  /** From 1 on. */
  readonly generation: number;
  /** Aborted when the life is to end; its reason is an AbortError that says why. */
  readonly signal: AbortSignal;
  /** The task serves. Means something with {@link TaskWork.probed} only. */
  ready(): void;
  /** One line of what it does now, for the status; empty for none. */
  note(text: string): void;
}

/** The function of a task and what is to be known of it. */
export interface TaskWork {
  /** Works until the signal is aborted. A return is an end with code 0, a throw a failure. */
  run(life: TaskLife): Promise<void> | void;
  /** Stands for everything that only a new life can take up. */
  readonly mark: string;
  /** It is ready when it says so, and not as soon as it runs. */
  readonly probed: boolean;
  /** Where its records go, absolute. */
  readonly logFile: string;
}

/** A task: a function in this process, supervised as a program is. */
export interface TaskSpec extends LifeSpec {
  readonly task: TaskWork;
}

/** Whatever is supervised. */
export type UnitSpec = ProgramSpec | TaskSpec;

export function isTask(spec: UnitSpec): spec is TaskSpec {
  return "task" in spec;
}

/** Those that are processes. */
export function processesOf(specs: readonly UnitSpec[]): ProgramSpec[] {
  return specs.filter((spec): spec is ProgramSpec => !isTask(spec));
}

/** A mark of everything in `spec` that only a new life can take up. */
export function markOfUnit(spec: UnitSpec): string {
  return isTask(spec) ? spec.task.mark : specMark(spec);
}
