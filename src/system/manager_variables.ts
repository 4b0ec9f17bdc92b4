/** Variables that a service manager gives to one process, not to what that starts: sd_notify(3), systemd.exec(5). */
const OF_ONE_PROCESS =
  /^(NOTIFY_SOCKET|WATCHDOG_(USEC|PID)|LISTEN_(FDS|PID|PIDFDID|FDNAMES)|INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID)$/;

/** Whether a variable speaks of the process that a service manager started, and is false in any other. */
export function isManagerVariable(name: string): boolean {
  return OF_ONE_PROCESS.test(name);
}

/**
 * Takes those variables out of this process's environment, so that nothing which it starts can inherit them. What was read
 * before stays known to who read it.
 */
export function forgetManagerVariables(): void {
  for (const name of Object.keys(Deno.env.toObject())) if (isManagerVariable(name)) Deno.env.delete(name);
}
