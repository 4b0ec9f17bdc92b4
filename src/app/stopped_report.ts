import { versionText } from "../base/version.ts";
import type { SchedulerStatus } from "../base/scheduler_status.ts";
import type { StatusReport } from "../base/status_report.ts";
import { readState } from "../instance/state_file.ts";
import type { Context } from "./context.ts";
import { pidFileOf } from "./presence.ts";

/** The scheduler's part of the report until jobs exist. */
export const NO_SCHEDULER: SchedulerStatus = {
  paused: false,
  work_hours: { enabled: false, hours: null, timezone: null, in_hours: true },
  triggers: 0,
  last_at: null,
  next_at: null,
};

/** The status shape for an instance that does not run. */
export function stoppedReport(context: Context): StatusReport {
  const { paths, system } = context;
  const last = readState(system.files, paths.state);
  return {
    name: context.app.product.name,
    instance: context.instance,
    ...(context.app.modes.length === 0 ? {} : { mode: null }),
    state: "stopped",
    pid: null,
    version: versionText(context.app.product),
    uptime_s: null,
    started_at: null,
    url: null,
    health: null,
    home: paths.home,
    config_file: context.configFile,
    log_file: last?.log_file ?? paths.log,
    pid_file: pidFileOf(context),
    socket: paths.socket,
    programs: [],
    jobs: [],
    repositories: [],
    scheduler: NO_SCHEDULER,
    last_reload: null,
    shutdown: null,
    problems: [],
  };
}
