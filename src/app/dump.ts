import { writeFileAtomic } from "../system/files.ts";
import type { Context } from "./context.ts";

/** Writes what is known of the daemon as JSON, mode 0600, for a look after SIGQUIT. */
export function writeDump(context: Context, path: string, dump: object): void {
  const at = new Date(context.system.clock.now()).toISOString();
  writeFileAtomic(context.system.files, path, JSON.stringify({ at, ...dump }, null, 2) + "\n", 0o600);
}
