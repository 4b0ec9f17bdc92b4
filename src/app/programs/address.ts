import { type Context, isHomeGiven } from "../context.ts";

/** Directories that systemd hands over and that decide where the files of an instance are, systemd.exec(5). */
const MANAGED = ["STATE_DIRECTORY", "RUNTIME_DIRECTORY", "LOGS_DIRECTORY", "CONFIGURATION_DIRECTORY"];

/**
 * Variables that let a program's own `appd status` find this daemon whatever HOME it has: `PREFIX_NAME`, and what
 * resolvePaths read the rest from. A program of another user may know the way, and still cannot open the socket.
 */
export function addressOf(context: Context): Record<string, string> {
  const { app: { product: { prefix } }, instance, paths, system: { host: { env } } } = context;
  const name = { [`${prefix}_NAME`]: instance };
  const isManaged = !isHomeGiven(context) && MANAGED.some((name) => env[name]);
  if (!isManaged) return { [`${prefix}_HOME`]: paths.root, ...name };
  return { ...Object.fromEntries(MANAGED.flatMap((name) => env[name] ? [[name, env[name]]] : [])), ...name };
}
