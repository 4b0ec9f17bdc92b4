/** What a program may inherit from the daemon; everything else is declared or absent. */
const INHERITED: readonly string[] = ["PATH", "HOME", "USER", "SHELL", "LANG", "TZ"];

/** Ours or the runtime's: never handed on, not even when a configuration declares it by mistake of copying. */
const OURS = /^(NOTIFY_SOCKET|WATCHDOG_(USEC|PID)|APPD_INTERNAL_.*|LISTEN_(FDS|PID|FDNAMES))$/;

/** Name of the variable that marks every process of a program, also those that leave its session. */
export const MARK_VARIABLE = "APPD_PROGRAM_ID";

export interface EnvironmentOptions {
  /** The daemon's own environment. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly declared: Readonly<Record<string, string>>;
  readonly program: string;
  readonly instance: string;
  /** See {@link markOf}. */
  readonly mark: string;
}

/** The whole environment of a program: a clean start, then what is declared, then what names the program. */
export function childEnvironment(options: EnvironmentOptions): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = options.inherited[name];
    if (value !== undefined) env[name] = value;
  }
  for (const [name, value] of Object.entries(options.declared)) if (!OURS.test(name)) env[name] = value;
  return { ...env, APPD_PROGRAM: options.program, APPD_INSTANCE: options.instance, [MARK_VARIABLE]: options.mark };
}

/** Unique on this host: no other instance may take a program's processes for its own. */
export function markOf(directory: string, program: string): string {
  return `${directory}/${program}`;
}
