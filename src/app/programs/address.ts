import type { Context } from "../context.ts";

/** Directories that systemd hands over and that decide where the files of an instance are, systemd.exec(5). */
const MANAGED = ["STATE_DIRECTORY", "RUNTIME_DIRECTORY", "LOGS_DIRECTORY", "CONFIGURATION_DIRECTORY"];

/**
 * Variables that, beside APPD_NAME, let a program's own `appd status` find this daemon whatever HOME it has: what
 * resolvePaths read them from. A program of another user may know the way, and still cannot open the socket.
 */
export function addressOf({ home, paths, system }: Context): Record<string, string> {
  const { env } = system.host;
  const isManaged = home === undefined && !env.APPD_HOME && MANAGED.some((name) => env[name]);
  if (!isManaged) return { APPD_HOME: paths.root };
  return Object.fromEntries(MANAGED.flatMap((name) => env[name] ? [[name, env[name]]] : []));
}
