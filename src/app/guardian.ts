import type { Logger } from "../base/logger.ts";
import { readPidFile, writePidFile } from "../instance/pid_file.ts";
import type { Clock, Timer } from "../system/clock.ts";
import type { Files } from "../system/files.ts";

export interface Guarded {
  readonly pidFile: string;
  readonly pid: number;
  readonly socket: string;
  /** Binds the control socket anew after somebody removed it. */
  readonly restoreSocket: () => Promise<void>;
}

/** Every how many milliseconds the files are looked at. */
const INTERVAL_MS = 2000;

/** Puts PID file and control socket back when somebody deletes or overwrites them. Dispose before removing them. */
export function guardFiles(deps: { files: Files; clock: Clock; log: Logger }, guarded: Guarded): Timer {
  return deps.clock.every(INTERVAL_MS, async () => {
    try {
      const content = readPidFile(deps.files, guarded.pidFile, { pids: [], uid: -1 });
      if (content.kind !== "pid" || content.pid !== guarded.pid) {
        if (content.kind === "bad") deps.files.unlink(guarded.pidFile);
        writePidFile(deps.files, guarded.pidFile, guarded.pid);
        deps.log.warn("PID file restored", { path: guarded.pidFile, was: content.kind });
      }
      if (deps.files.stat(guarded.socket)?.kind !== "socket") await guarded.restoreSocket();
    } catch (error) {
      deps.log.warn("cannot restore PID file or control socket", { error });
    }
  });
}
