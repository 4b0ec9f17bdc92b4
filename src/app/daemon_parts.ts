import type { Health } from "../health/health.ts";
import type { LastEnd } from "../instance/last_end.ts";
import type { Supervisor } from "../programs/supervisor.ts";
import type { Command } from "./command.ts";
import type { Journal } from "./events/journal.ts";
import type { Notifications } from "./events/notifications.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { KeepAlive } from "./keep_alive.ts";
import type { LiveParts } from "./live_config.ts";
import type { LiveToken } from "./live_token.ts";
import type { Logs } from "./logs.ts";
import type { Programs } from "./programs/programs.ts";
import type { ProgramUsage } from "./programs/usage.ts";

/** What the daemon is made of; {@link assemble} builds and owns them. */
export interface Parts {
  readonly logs: Logs;
  readonly health: Health;
  readonly supervisor: Supervisor;
  readonly usage: ProgramUsage;
  readonly prepare: Programs["prepare"];
  readonly services: LiveParts["services"];
  /** Aborted when the shutdown begins. */
  readonly stopping: AbortController;
  readonly journal: Journal;
  readonly notifications: Notifications;
  readonly jobs: Jobs;
  /** Absent in the foreground and under a service manager. */
  readonly keepAlive: KeepAlive | undefined;
  /** How the run before this one ended; undefined when there was none. */
  readonly lastEnd: LastEnd | undefined;
  /** When predecessors died within the last minutes, ISO 8601. */
  readonly deaths: readonly string[];
  readonly command: Command | undefined;
  /** The one in use; a reload does not move it. */
  readonly pidFile: string;
  /** Of the TCP listener. */
  readonly token: LiveToken;
}
