import type { ProgramExit } from "../base/reports.ts";

/** When a program that ended is started again. */
export type Restart = "always" | "on-failure" | "never";

/** How a program's log is rotated; the log writer's own shape, sizes in bytes and times in milliseconds, 0 for off. */
export interface ProgramLogPolicy {
  readonly rotateSize: number;
  readonly rotateEvery: number;
  readonly maxFiles: number;
  readonly maxAge: number;
  readonly maxTotal: number;
  readonly compress: boolean;
}

/** What the configuration says about one program: paths absolute, durations in milliseconds. */
export interface ProgramSpec {
  /** Also the name of its directory: letters, digits, `.`, `_` and `-`, not starting with a dot. */
  readonly name: string;
  /** argv; never a shell line. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** Added to the clean environment, see {@link childEnvironment}. */
  readonly env: Readonly<Record<string, string>>;
  readonly restart: Restart;
  readonly stopSignal: Deno.Signal;
  readonly stopTimeout: number;
  /** Reserved for readiness probes; being alive needs none. */
  readonly startTimeout: number;
  readonly stableAfter: number;
  readonly critical: boolean;
  /** Default 022. */
  readonly umask?: number;
  readonly log: {
    readonly policy: ProgramLogPolicy;
    readonly timestamp: boolean;
    /** `drop` sheds output, counted, rather than slow the program down when the log cannot keep up. */
    readonly overflow: "block" | "drop";
  };
}

/** Where a program's output goes; the log writer is one. */
export interface ProgramOutput {
  /** Takes the bytes at once; must not keep a reference, the buffer is reused. Never throws. */
  write(bytes: Uint8Array): void;
  /** Ends a line that was left open, because what wrote it is gone. */
  endLine?(): void;
  rotate(): Promise<void>;
  reopen(): void;
  setPolicy?(policy: ProgramLogPolicy): void;
  close(): Promise<void>;
  readonly problem: { readonly since: number; readonly error: string } | undefined;
}

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/**
 * A mark of everything in `spec` that only a new process can take up (64-bit FNV-1a); a program whose mark differs is
 * restarted. Not for secrets: the record that keeps it is private to the user.
 */
export function specMark(spec: ProgramSpec): string {
  const env = Object.entries(spec.env).sort(([a], [b]) => a < b ? -1 : 1);
  const text = JSON.stringify([spec.command, spec.cwd, env, spec.umask ?? null]);
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return hash.toString(16).padStart(16, "0");
}

/** How a life ended; `unknown` for an adopted program, which only its parent could have waited for. */
export type Exit = { readonly code: number } | { readonly signal: string } | "unknown";

/** `exit code 1`, `killed by SIGKILL`, `unknown exit`. */
export function exitText(exit: Exit): string {
  if (exit === "unknown") return "unknown exit";
  return "code" in exit ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
}

/** The form of an exit in `status --json`. @param at wall time in milliseconds */
export function exitReport(exit: Exit, at: number): ProgramExit {
  const when = new Date(at).toISOString();
  if (exit === "unknown") return { code: null, signal: null, at: when };
  return "code" in exit ? { code: exit.code, signal: null, at: when } : { code: null, signal: exit.signal, at: when };
}
