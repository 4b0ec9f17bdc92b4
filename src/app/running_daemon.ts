import { messageOf } from "../base/errors.ts";
import type { DaemonState } from "../base/lifecycle.ts";
import type { Logger } from "../base/logger.ts";
import { exitCode } from "../base/exit_codes.ts";
import type { HealthReport } from "../base/health_reports.ts";
import type { ReloadResult } from "../base/reload_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import { versionText } from "../base/version.ts";
import type { ReloadOptions } from "../http/route.ts";
import { writeState } from "../instance/state_file.ts";
import type { Config } from "../schema/appd_schema.ts";
import type { SignalInbox, SignalRequest } from "../signals/signals.ts";
import type { Context } from "./context.ts";
import type { Parts } from "./daemon_parts.ts";
import { DaemonReloads } from "./daemon_reloads.ts";
import { DaemonReports } from "./daemon_reports.ts";
import { DaemonShutdown } from "./daemon_shutdown.ts";
import { writeDump } from "./dump.ts";
import { stateEvent } from "./events/daemon_events.ts";
import { createLifecycle, type LifecycleMachine } from "./lifecycle_machine.ts";
import type { ApiCore } from "./listeners.ts";
import { LiveConfig } from "./live_config.ts";
import type { Loaded } from "./load.ts";

/**
 * The daemon while it lives: its state, and what can be asked of it. How it reloads, ends, and reports of itself are parts
 * of their own.
 */
export class Daemon {
  readonly #context: Context;
  readonly #parts: Parts;
  readonly #log: Logger;
  readonly #lifecycle: LifecycleMachine;
  readonly #live: LiveConfig;
  readonly #listeners: ((from: DaemonState, to: DaemonState) => void)[] = [];
  readonly #reloads: DaemonReloads;
  readonly #shutdown: DaemonShutdown;
  readonly #reports: DaemonReports;
  #url: string | null = null;

  constructor(context: Context, parts: Parts, loaded: Loaded) {
    this.#context = context;
    this.#parts = parts;
    this.#live = new LiveConfig(context, parts, {
      loaded,
      onRevert: (error) => this.#reloads.noteTakenBack(error),
    });
    this.#log = parts.logs.logging.logger();
    const begun = Promise.withResolvers<void>();
    this.#lifecycle = createLifecycle((from, to) => {
      begun.resolve();
      this.#log.debug("state changed", { from, to });
      parts.journal.note(stateEvent(from, to, context.system.clock.now()));
      for (const listener of this.#listeners) listener(from, to);
    });
    const [live, lifecycle, log, { clock }] = [this.#live, this.#lifecycle, this.#log, context.system];
    const reloads = new DaemonReloads({ ...parts, clock, log, live, lifecycle, begun: begun.promise });
    const shutdown = new DaemonShutdown({ ...parts, clock, log, live, lifecycle, onEnded: () => this.record() });
    this.#reloads = reloads;
    this.#shutdown = shutdown;
    this.#reports = new DaemonReports(context, { parts, live, lifecycle, reloads, shutdown, url: () => this.#url });
    parts.health.onChange((worst) => this.#lifecycle.dispatch(worst === "degraded" ? "degrade" : "recover"));
  }

  /** Where it answers; null before it is ready, and without a server. */
  get url(): string | null {
    return this.#url;
  }

  get config(): Config {
    return this.#live.loaded.config;
  }

  /** The configuration that holds, and the ways to another one. */
  get live(): LiveConfig {
    return this.#live;
  }

  /** Calls `listener` at each change of the state, in the middle of it: what is reported is complete a moment later. */
  onState(listener: (from: DaemonState, to: DaemonState) => void): void {
    this.#listeners.push(listener);
  }

  /** Whether it was told to stop. */
  get isStopping(): boolean {
    return this.#parts.stopping.signal.aborted;
  }

  /** Everything serves: the daemon is ready, unless it was told to stop before. */
  started(url: string | null): void {
    if (this.isStopping) return;
    this.#url = url;
    this.#lifecycle.dispatch("started");
    this.#log.info(`${this.#context.app.product.name} is ready`, {
      pid: Deno.pid,
      url: url ?? "none",
      version: versionText(this.#context.app.product),
    });
    if (this.#parts.health.worst() === "degraded") this.#lifecycle.dispatch("degrade");
  }

  /** Leaves the state file behind for those who cannot ask; a full disk is no reason not to serve. */
  record(): void {
    try {
      writeState(this.#context.system.files, this.#context.paths.state, this.#reports.state());
    } catch (error) {
      this.#log.warn("cannot write the state file", { error });
    }
  }

  /** What the API asks of the daemon; loaded when somebody asks. */
  async api(): Promise<ApiCore> {
    const { apiOf } = await import("./api_core.ts");
    return apiOf(this.#context, { ...this.#parts, daemon: this });
  }

  /** The configuration file was written: reload, if the settings say so. */
  configFileChanged(): void {
    if (this.config.daemon.watchConfig) void this.reload();
  }

  /**
   * Serves signals from now on; a second call changes nothing.
   *
   * @param terminal a second SIGINT then cuts the drain
   */
  heed(inbox: SignalInbox, terminal: boolean): void {
    if (terminal) inbox.onRepeatedInterrupt(() => this.#shutdown.cut("second interrupt"));
    inbox.serve((request) => this.#serve(request));
  }

  /** Resolves with the exit code when the daemon has been stopped. */
  get ended(): Promise<number> {
    return this.#shutdown.ended;
  }

  async #serve(request: SignalRequest): Promise<void> {
    switch (request) {
      case "stop":
        return void this.stop();
      case "quit":
        return this.quit();
      case "reload":
        return void await this.reload();
      case "rotate":
        return await this.rotate();
      case "reopen":
        return this.reopen();
    }
  }

  /** Applies the configuration file; see {@link DaemonReloads.reload}. */
  reload(options: ReloadOptions = {}): Promise<ReloadResult> {
    return this.#reloads.reload(options);
  }

  /** Rotates the daemon's and every program's log; resolves when the archives are complete. */
  async rotate(): Promise<void> {
    this.#log.info("rotating logs");
    const { logs, supervisor, jobs } = this.#parts;
    await Promise.all([logs.logging.rotate(), supervisor.rotateLogs(), jobs.rotateLogs()]);
  }

  /** Opens all log files anew, after logrotate(8) has moved them. */
  reopen(): void {
    this.#parts.logs.logging.reopen();
    this.#parts.supervisor.reopenLogs();
    this.#parts.jobs.reopenLogs();
    this.#log.info("log files reopened");
  }

  /**
   * Begins the shutdown; a second call changes nothing.
   *
   * @param timeoutMs overrides `daemon.shutdown_timeout`
   * @returns the milliseconds that the shutdown may take
   */
  stop(timeoutMs = this.config.daemon.shutdownTimeout): number {
    return this.#shutdown.stop(timeoutMs);
  }

  /** Begins a shutdown that leaves the programs running, for the next daemon to adopt. */
  leave(): void {
    this.#shutdown.leave(this.config.daemon.shutdownTimeout);
  }

  /** Writes a state dump and stops without a drain (SIGQUIT). */
  quit(): void {
    const path = `${this.#context.paths.home}/state-dump.json`;
    try {
      writeDump(this.#context, path, { status: this.report(), health: this.health() });
      this.#log.warn("state dump written", { path });
    } catch (error) {
      this.#log.error("cannot write the state dump", { path, error });
    }
    this.stop(0);
    this.#shutdown.cut("SIGQUIT");
  }

  report(): StatusReport {
    return this.#reports.report();
  }

  health(): HealthReport {
    return this.#reports.health();
  }

  /** A program that is not to fail did: the daemon ends, so that whoever watches it sees the truth. */
  giveUp(program: string, reason: string): void {
    if (this.#lifecycle.state === "stopping") return;
    this.#log.error("shutting down because a program failed", { program, reason });
    this.#shutdown.exit = exitCode("generic");
    this.#shutdown.reason = `program ${program} failed: ${reason}`;
    this.stop();
  }

  /** A background task died: the daemon ends, and its exit code says so. */
  fail(error: unknown): void {
    this.#log.error("internal error, shutting down", { error, stack: (error as Error)?.stack });
    this.#shutdown.exit = exitCode("internal");
    this.#shutdown.reason = messageOf(error);
    this.stop();
  }
}
