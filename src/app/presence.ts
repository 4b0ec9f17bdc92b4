import { systemOpenFiles } from "../system/open_files.ts";
import { inspect, type Presence } from "../instance/inspect.ts";
import { readState } from "../instance/state_file.ts";
import { type Context, ownFamily } from "./context.ts";

/** What lock, PID file and state file say of the instance, without asking the daemon. */
export function presenceOf(context: Context): Presence {
  const { files, locks } = context.system;
  return inspect({ files, locks, open: systemOpenFiles }, {
    lock: context.paths.lock,
    pidFile: pidFileOf(context),
    family: ownFamily(context.system),
  });
}

/** The PID file that the daemon said it uses, else the setting given here, else the default place. */
export function pidFileOf(context: Context): string {
  const { flags, paths, system } = context;
  return readState(system.files, paths.state)?.pid_file ?? flags["daemon.pid_file"] ?? paths.pid;
}
