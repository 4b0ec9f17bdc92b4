import type { Host } from "../system/host.ts";

/** The service managers that can be our parent. */
export type ServiceManager = "systemd" | "launchd" | "openrc";

/**
 * The service manager that started this very process, or undefined.
 *
 * INVOCATION_ID alone is not enough: systemd hands it to everything below a unit, also to the shell of a user's terminal.
 * SYSTEMD_EXEC_PID (systemd.exec(5), since 248) names the process that was started; older versions do not set it, then
 * only a process without a terminal counts.
 */
export function serviceManager(
  host: Pick<Host, "env" | "pid" | "ppid">,
  look: { parentCommand: readonly string[]; terminal: boolean },
): ServiceManager | undefined {
  const { env } = host;
  if (env.SYSTEMD_EXEC_PID !== undefined && env.INVOCATION_ID !== undefined) {
    return env.SYSTEMD_EXEC_PID === String(host.pid) ? "systemd" : undefined;
  }
  if (env.NOTIFY_SOCKET !== undefined) return "systemd";
  if (env.INVOCATION_ID !== undefined && !look.terminal) return "systemd";
  if (env.XPC_SERVICE_NAME !== undefined && env.XPC_SERVICE_NAME !== "0" && host.ppid === 1) return "launchd";
  const parent = look.parentCommand[0]?.split("/").at(-1) ?? "";
  return parent === "supervise-daemon" ? "openrc" : undefined;
}
