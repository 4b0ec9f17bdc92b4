/** What a service manager wants to be told, sd_notify(3) and sd_watchdog_enabled(3). */
export interface NotifyVariables {
  /** NOTIFY_SOCKET: a path, or a name in the abstract namespace after an `@`. */
  readonly address: string;
  /** WATCHDOG_USEC in milliseconds: how long we may be silent; undefined when nobody waits for us. */
  readonly watchdogMs: number | undefined;
}

/** Reads the environment of the process `pid`; undefined when no service manager listens. */
export function notifyVariables(env: Readonly<Record<string, string>>, pid: number): NotifyVariables | undefined {
  const address = env.NOTIFY_SOCKET;
  if (address === undefined || address === "") return undefined;
  return { address, watchdogMs: watchdogOf(env, pid) };
}

/** WATCHDOG_PID names who is watched; without it that is whoever has the variables. */
function watchdogOf(env: Readonly<Record<string, string>>, pid: number): number | undefined {
  const { WATCHDOG_PID: watched = "", WATCHDOG_USEC: microseconds = "" } = env;
  if (watched !== "" && watched !== String(pid)) return undefined;
  if (!/^\d{1,18}$/.test(microseconds)) return undefined;
  return Number(microseconds) / 1000 || undefined;
}
