/** Name of a row of the table of exit codes: `usage` is 2, `unavailable` 69, `config` 78; all are in {@link EXIT_CODES}. */
export type ExitName =
  | "ok"
  | "generic"
  | "usage"
  | "notRunning"
  | "unknown"
  | "unavailable"
  | "internal"
  | "cannotCreate"
  | "io"
  | "locked"
  | "noPermission"
  | "config"
  | "starting"
  | "degraded"
  | "stopping";

/**
 * The one table of exit codes; help, man page and docs are made from it.
 *
 * Values from 64 to 78 follow sysexits(3); 0 to 4 and the range from 150 on of `status` follow the LSB init script actions.
 */
export const EXIT_CODES = {
  ok: { code: 0, meaning: "success" },
  generic: { code: 1, meaning: "the command failed" },
  usage: { code: 2, meaning: "wrong usage: unknown verb, option or value" },
  notRunning: { code: 3, meaning: "not running, or not supported on this platform" },
  unknown: { code: 4, meaning: "the state cannot be determined" },
  unavailable: { code: 69, meaning: "an address or a dependency is unavailable" },
  internal: { code: 70, meaning: "internal error, a bug in appd" },
  cannotCreate: { code: 73, meaning: "a file or directory cannot be created" },
  io: { code: 74, meaning: "input/output error" },
  locked: { code: 75, meaning: "another instance holds the lock" },
  noPermission: { code: 77, meaning: "no permission" },
  config: { code: 78, meaning: "the configuration is invalid" },
  starting: { code: 150, meaning: "status --strict: starting" },
  degraded: { code: 151, meaning: "status --strict: degraded" },
  stopping: { code: 152, meaning: "status --strict: stopping" },
} as const satisfies Readonly<Record<ExitName, { readonly code: number; readonly meaning: string }>>;

/** The number that the process exits with for `name`. */
export function exitCode(name: ExitName): number {
  return EXIT_CODES[name].code;
}
