import type { Ending } from "../base/ending.ts";
import { fingerprint } from "../base/fingerprint.ts";
import type { ProbeSpec } from "../base/probe_spec.ts";
import type { ProgramExit } from "../base/program_reports.ts";

/** When a program that ended is started again. */
export type Restart = "always" | "on-failure" | "never";

/** What a program waits for before it is started: a program or all instances of one. */
export type DependencyCondition = "started" | "ready" | "healthy" | "completed";

/** What happens to the rest when a critical program cannot be kept running. */
export type OnFailed = "degrade" | "stop_all" | "exit";

/** How a program's log is rotated; the log writer's own shape, sizes in bytes and times in milliseconds, 0 for off. */
export interface ProgramLogPolicy {
  readonly rotateSize: number;
  readonly rotateEvery: number;
  readonly maxFiles: number;
  readonly maxAge: number;
  readonly maxTotal: number;
  readonly compress: boolean;
}

/** How what a program, or a job, writes is kept. */
export interface ProgramLog {
  readonly policy: ProgramLogPolicy;
  /** The time before each line. */
  readonly timestamp: boolean;
  /** `drop` sheds output, counted, rather than slow the program down when the log cannot keep up. */
  readonly overflow: "block" | "drop";
}

/** For what has no configuration any more: nothing is rotated, and nothing removed. */
export const PLAIN_LOG: ProgramLog = {
  policy: { rotateSize: 0, rotateEvery: 0, maxFiles: 5, maxAge: 0, maxTotal: 0, compress: false },
  timestamp: false,
  overflow: "block",
};

/** What decides about the lives of whatever is supervised; durations in milliseconds. */
export interface LifeSpec {
  /** Of a program also the name of its directory: letters, digits, `.`, `_` and `-`, not starting with a dot. */
  readonly name: string;
  readonly restart: Restart;
  readonly stopTimeout: number;
  /** In which the readiness probe has to succeed. */
  readonly startTimeout: number;
  readonly stableAfter: number;
  readonly critical: boolean;
  /** The program of the configuration that this is an instance of, and its number from 1 on. Absent: its only one. */
  readonly family?: { readonly name: string; readonly number: number };
  /** By name of a program of the configuration, or of a service. */
  readonly dependsOn?: Readonly<Record<string, DependencyCondition>>;
  readonly onFailed?: OnFailed;
}

/** What the configuration says about one program: paths absolute, durations in milliseconds. */
export interface ProgramSpec extends LifeSpec {
  /** argv; never a shell line. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** Added to the clean environment, see {@link childEnvironment}. */
  readonly env: Readonly<Record<string, string>>;
  readonly stopSignal: Deno.Signal;
  /** Default 022. */
  readonly umask?: number;
  /** Name or number. */
  readonly user?: string;
  readonly group?: string;
  /** -20 to 19, nice(1). */
  readonly nice?: number;
  /** prlimit(1) names to `soft:hard`, each a number or `unlimited`. */
  readonly limits?: Readonly<Record<string, string>>;
  readonly ready?: ProbeSpec;
  readonly live?: ProbeSpec;
  /** argv, run before the stop signal. */
  readonly stopCommand?: readonly string[];
  /** Bytes of resident memory of the whole tree, and for how many milliseconds it has to be above them. */
  readonly maxMemory?: { readonly bytes: number; readonly window: number };
  readonly log: ProgramLog;
}

/** A way into an output for bytes that nothing has to look at, good until the output is used otherwise. */
export interface Passage {
  /** Bytes that may take it. */
  readonly room: number;
  /** Open for appending. One write(2) on it, and then `settle`. */
  readonly descriptor: number;
  /** Accounts for what was given to write(2): `landed` of `bytes`, and why not all of them; sees to the rest. */
  settle(bytes: Uint8Array, result: { readonly landed: number; readonly error?: unknown }): void;
}

/** Where a program's output goes; the log writer is one. */
export interface ProgramOutput {
  /** Takes the bytes at once; must not keep a reference, the buffer is reused. Never throws. */
  write(bytes: Uint8Array): void;
  /** All that can be decided before the bytes are known; undefined when they have to be looked at. */
  passage?(): Passage | undefined;
  /** Ends a line that was left open, because what wrote it is gone. */
  endLine?(): void;
  rotate(): Promise<void>;
  reopen(): void;
  setPolicy?(policy: ProgramLogPolicy): void;
  close(): Promise<void>;
  readonly problem: { readonly since: number; readonly error: string } | undefined;
}

/**
 * A mark of everything in `spec` that only a new process can take up (64-bit FNV-1a); a program whose mark differs is
 * restarted. Not for secrets: the record that keeps it is private to the user.
 */
export function specMark(spec: ProgramSpec): string {
  const env = Object.entries(spec.env).sort(([a], [b]) => a < b ? -1 : 1);
  const more = {
    user: spec.user,
    group: spec.group,
    nice: spec.nice,
    limits: spec.limits,
    number: spec.family?.number ?? 1,
    // Variables of sd_notify(3) cannot be given to a process that runs.
    notify: [spec.ready, spec.live].some((probe) => probe?.method.kind === "notify") || undefined,
    watchdog: spec.live?.method.kind === "notify" ? spec.live.period * spec.live.failureThreshold : undefined,
  };
  return fingerprint(JSON.stringify([spec.command, spec.cwd, env, spec.umask ?? null, more]));
}

/** How a life ended; `unknown` for an adopted program, which only its parent could have waited for. */
export type Exit = Ending;

/** The form of an exit in `status --json`. @param at wall time in milliseconds */
export function exitReport(exit: Exit, at: number): ProgramExit {
  const when = new Date(at).toISOString();
  if (exit === "unknown") return { code: null, signal: null, at: when };
  if ("code" in exit) {
    const { code, error, hint } = exit;
    return { code, signal: null, ...(error ? { error } : {}), ...(hint ? { hint } : {}), at: when };
  }
  return { code: null, signal: exit.signal, ...(exit.outOfMemory ? { out_of_memory: true } : {}), at: when };
}
