import type { DependencyCondition, OnFailed, Restart } from "../../programs/program_spec.ts";
import type { Kit } from "./kit.ts";

/** What the code of a service is given for one of its lives. */
export interface ServiceContext<C> extends Kit<C> {
  /**
   * Aborted when the service is to end, with an AbortError as its reason; it has its `stopTimeout` to return. A throw of
   * that reason, or of any AbortError, is a return then.
   */
  readonly signal: AbortSignal;
  /**
   * Aborted when the daemon begins to stop. What feeds work takes no more from then on; `signal` follows when the jobs have
   * drained, in the order of the dependencies.
   */
  readonly stopping: AbortSignal;
  /** Says that the service serves; needed, within `startTimeout`, with `readiness: "called"` only. */
  ready(): void;
  /** One line of what it does now, shown by `status`. */
  note(text: string): void;
}

/**
 * A task in the background of the daemon, supervised as programs are: started again when it ends or throws, with the same
 * backoff, crash loop, dependencies and stop; shown among the programs by `status`, `why` and `events`. Nothing can end it
 * but itself: one that ignores its signal is told as an error, and begins again only when it has returned.
 */
export interface Service<C> {
  /** Letters, digits, `.`, `_` and `-`; unlike that of any other service, job or program. */
  readonly name: string;
  /**
   * Does the work until `context.signal` is aborted. A return before that is an end, a throw a failure. An AppdError counts
   * with its exit code: after `config` or `noPermission` it is not tried again until something has changed.
   */
  run(context: ServiceContext<C>): Promise<void> | void;
  /** Default `always`. */
  readonly restart?: Restart;
  /** When it does not run, the daemon is degraded (503). Default false. */
  readonly critical?: boolean;
  /** What happens to the rest when a critical one fails for good. Default `degrade`. */
  readonly onFailed?: OnFailed;
  /** Default `immediate`: it is ready as soon as it runs. */
  readonly readiness?: "immediate" | "called";
  /** Services and programs that it waits for. Not for services that the mode or the configuration leaves out. */
  readonly dependsOn?: Readonly<Record<string, DependencyCondition>>;
  /** Duration such as `10s`. Default 10 s. */
  readonly stopTimeout?: string;
  /** Duration. Default 60 s. */
  readonly startTimeout?: string;
  /** Whether the configuration wants it. Default: always. */
  enabled?(config: C): boolean;
  /** What of the configuration it depends on: a reload that changes this restarts it. Default: the app's own sections. */
  watches?(config: C): unknown;
}
