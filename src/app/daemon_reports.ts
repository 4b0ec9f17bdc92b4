import type { HealthReport, HealthStatus } from "../base/health_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import { versionText } from "../base/version.ts";
import type { InstanceState } from "../instance/state_file.ts";
import type { Config } from "../schema/appd_schema.ts";
import type { Context } from "./context.ts";
import type { Parts } from "./daemon_parts.ts";
import type { DaemonReloads } from "./daemon_reloads.ts";
import type { DaemonShutdown } from "./daemon_shutdown.ts";
import type { LifecycleMachine } from "./lifecycle_machine.ts";
import type { LiveConfig } from "./live_config.ts";
import { leftOutReport, modeOf, modeReport } from "./mode.ts";

export interface DaemonReportsOptions {
  readonly parts: Parts;
  readonly live: LiveConfig;
  readonly lifecycle: LifecycleMachine;
  readonly reloads: DaemonReloads;
  readonly shutdown: DaemonShutdown;
  /** Where the daemon answers; null before it is ready, and without a server. */
  readonly url: () => string | null;
}

/** What the daemon says of itself: its status, its health, and what it leaves in its state file. */
export class DaemonReports {
  readonly #context: Context;
  readonly #parts: Parts;
  readonly #live: LiveConfig;
  readonly #lifecycle: LifecycleMachine;
  readonly #reloads: DaemonReloads;
  readonly #shutdown: DaemonShutdown;
  readonly #url: () => string | null;
  readonly #startedAt: number;
  readonly #startedMonotonic: number;

  constructor(context: Context, { parts, live, lifecycle, reloads, shutdown, url }: DaemonReportsOptions) {
    this.#context = context;
    this.#parts = parts;
    this.#live = live;
    this.#lifecycle = lifecycle;
    this.#reloads = reloads;
    this.#shutdown = shutdown;
    this.#url = url;
    this.#startedAt = context.system.clock.now();
    this.#startedMonotonic = context.system.clock.monotonic();
  }

  get #config(): Config {
    return this.#live.loaded.config;
  }

  /** What stays behind for those who cannot ask, and for `restart`. */
  state(): InstanceState {
    const { host, processes } = this.#context.system;
    const mode = modeOf(this.#context)?.name;
    return {
      pid: host.pid,
      start_time: processes.stat(host.pid)?.startTime ?? "",
      boot_id: processes.bootId(),
      started_at: new Date(this.#startedAt).toISOString(),
      version: versionText(this.#context.app.product),
      url: this.#url(),
      config_file: this.#context.configFile,
      pid_file: this.#parts.pidFile,
      log_file: this.#config.log.file,
      flags: this.#context.flags,
      ...(mode === undefined ? {} : { mode }),
      started_in: this.#context.startedIn,
      command: this.#parts.command ?? null,
      ...this.#shutdown.traces(),
      ...(this.#parts.deaths.length === 0 ? {} : { deaths: this.#parts.deaths }),
    };
  }

  report(): StatusReport {
    const { clock } = this.#context.system;
    const needs_restart = this.#live.needsRestart;
    return {
      name: this.#context.app.product.name,
      instance: this.#context.instance,
      ...modeReport(this.#context),
      state: this.#lifecycle.state,
      pid: this.#context.system.host.pid,
      version: versionText(this.#context.app.product),
      uptime_s: seconds(clock.monotonic() - this.#startedMonotonic),
      started_at: new Date(this.#startedAt).toISOString(),
      url: this.#url(),
      health: this.#healthStatus(),
      home: this.#context.paths.home,
      config_file: this.#context.configFile,
      log_file: this.#config.log.file,
      pid_file: this.#parts.pidFile,
      socket: this.#context.paths.socket,
      programs: this.#parts.usage.merge(this.#parts.supervisor.list()),
      ...leftOutReport(this.#context, this.#live.loaded.own),
      jobs: this.#parts.jobs.status(),
      repositories: this.#parts.jobs.repositories(),
      scheduler: this.#parts.jobs.scheduler(),
      last_reload: this.#reloads.status(),
      ...(needs_restart.length === 0 ? {} : { needs_restart }),
      last_end: this.#parts.lastEnd ?? null,
      shutdown: this.#shutdown.progress(),
      problems: Object.entries(this.#parts.health.report()).flatMap(([name, { error }]) =>
        error === undefined ? [] : [`${name}: ${error}`]
      ),
    };
  }

  health(): HealthReport {
    return {
      status: this.#healthStatus(),
      version: versionText(this.#context.app.product),
      uptime_s: seconds(this.#context.system.clock.monotonic() - this.#startedMonotonic),
      pid: this.#context.system.host.pid,
      checks: this.#parts.health.report(),
      ...this.#parts.jobs.store(),
      shutdown: this.#shutdown.progress(),
    };
  }

  #healthStatus(): HealthStatus {
    const { state } = this.#lifecycle;
    if (state === "starting") return "starting";
    if (state === "stopping" || state === "stopped") return "stopping";
    return this.#parts.health.worst();
  }
}

/** Milliseconds as seconds with three decimals. */
function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}
