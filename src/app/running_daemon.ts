import type { DaemonState } from "../base/lifecycle.ts";
import type { Logger } from "../base/logger.ts";
import { messageOf } from "../base/errors.ts";
import { exitCode } from "../base/exit_codes.ts";
import { isUp } from "../base/program_names.ts";
import type { HealthReport, HealthStatus, ReloadResult, ReloadStatus, StatusReport } from "../base/reports.ts";
import { versionText } from "../base/version.ts";
import type { LoadResult } from "../config/config.ts";
import type { Health } from "../health/health.ts";
import type { ReloadOptions } from "../http/route.ts";
import type { LastEnd } from "../instance/last_end.ts";
import { type InstanceState, writeState } from "../instance/state_file.ts";
import type { StopReport, Supervisor } from "../programs/supervisor.ts";
import type { Config } from "../schema/appd_schema.ts";
import { isTask, type UnitSpec } from "../programs/task_spec.ts";
import type { SignalInbox, SignalRequest } from "../signals/signals.ts";
import type { Context } from "./context.ts";
import { reloadEvent, shutdownEvent, stateEvent } from "./events/daemon_events.ts";
import { writeDump } from "./dump.ts";
import type { EventDraft } from "./events/event_report.ts";
import type { Journal } from "./events/journal.ts";
import { createLifecycle, type LifecycleMachine } from "./lifecycle_machine.ts";
import type { ApiCore } from "./listeners.ts";
import type { Logs } from "./logs.ts";
import type { Command } from "./command.ts";
import { LiveConfig, type LiveParts } from "./live_config.ts";
import { modeOf, modeReport } from "./mode.ts";
import type { Notifications } from "./events/notifications.ts";
import { beginShutdown, type Shutdown, type ShutdownStep } from "./shutdown.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { KeepAlive } from "./keep_alive.ts";
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
}

/** The daemon while it lives: its state, what it reports of itself, and what can be asked of it. */
export class Daemon {
  readonly #context: Context;
  readonly #parts: Parts;
  readonly #log: Logger;
  readonly #startedAt: number;
  readonly #startedMonotonic: number;
  readonly #lifecycle: LifecycleMachine;
  readonly #stopped = Promise.withResolvers<number>();
  readonly #live: LiveConfig;
  readonly #listeners: ((from: DaemonState, to: DaemonState) => void)[] = [];
  #url: string | null = null;
  #lastReload: Omit<ReloadStatus, "confirm_until"> | null = null;
  #shutdown: Shutdown | undefined;
  /** Reloads follow one another. */
  #turn: Promise<unknown> = Promise.resolve();
  /** The last one that has not begun. */
  #queued: { readonly confirmMs: number | undefined; readonly result: Promise<ReloadResult> } | undefined;
  #exit = exitCode("ok");
  #shutdownMs = 0;
  #killed: readonly string[] | undefined;
  #cancelled: readonly string[] = [];
  #ended: InstanceState["ended"];

  constructor(context: Context, parts: Parts, loaded: LoadResult) {
    this.#context = context;
    this.#parts = parts;
    this.#live = new LiveConfig(context, parts, {
      loaded,
      onRevert: (error) => this.#noteReload({ ok: false, changes: [], error }),
    });
    this.#log = parts.logs.logging.logger();
    this.#startedAt = context.system.clock.now();
    this.#startedMonotonic = context.system.clock.monotonic();
    this.#lifecycle = createLifecycle((from, to) => {
      this.#log.debug("state changed", { from, to });
      this.#note((at) => stateEvent(from, to, at));
      for (const listener of this.#listeners) listener(from, to);
    });
    parts.health.onChange((worst) => this.#lifecycle.dispatch(worst === "degraded" ? "degrade" : "recover"));
  }

  #note(draft: (at: number) => EventDraft): void {
    this.#parts.journal.note(draft(this.#context.system.clock.now()));
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

  /** Everything serves: the daemon is ready. */
  started(url: string | null): void {
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
      writeState(this.#context.system.files, this.#context.paths.state, this.#state());
    } catch (error) {
      this.#log.warn("cannot write the state file", { error });
    }
  }

  /** What stays behind for those who cannot ask, and for `restart`. */
  #state(): InstanceState {
    const { host, processes } = this.#context.system;
    const mode = modeOf(this.#context)?.name;
    return {
      pid: host.pid,
      start_time: processes.stat(host.pid)?.startTime ?? "",
      boot_id: processes.bootId(),
      started_at: new Date(this.#startedAt).toISOString(),
      version: versionText(this.#context.app.product),
      url: this.#url,
      config_file: this.#context.configFile,
      pid_file: this.#parts.pidFile,
      log_file: this.config.log.file,
      flags: this.#context.flags,
      ...(mode === undefined ? {} : { mode }),
      started_in: this.#context.startedIn,
      command: this.#parts.command ?? null,
      ...(this.#killed === undefined ? {} : { killed: this.#killed }),
      ...(this.#ended === undefined ? {} : { ended: this.#ended }),
      ...(this.#parts.deaths.length === 0 ? {} : { deaths: this.#parts.deaths }),
      ...(this.#cancelled.length === 0 ? {} : { cancelled: this.#cancelled }),
    };
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
   * Serves the signals until the daemon has been stopped.
   *
   * @param terminal a second SIGINT then cuts the drain
   * @returns the exit code
   */
  async run(inbox: SignalInbox, terminal: boolean): Promise<number> {
    if (terminal) inbox.onRepeatedInterrupt(() => this.#cut("second interrupt"));
    inbox.serve((request) => this.#serve(request));
    return await this.#stopped.promise;
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

  /**
   * Applies the configuration file. A broken one is reported and changes nothing. Calls share a reload that has not begun
   * to read the file; one that has may have read what was there before.
   */
  reload(options: ReloadOptions = {}): Promise<ReloadResult> {
    if (options.plan) return this.#live.reload(options);
    const { confirmMs } = options;
    if (this.#queued !== undefined && this.#queued.confirmMs === confirmMs) return this.#queued.result;
    const result = this.#turn.then(() => {
      if (this.#queued === queued) this.#queued = undefined;
      return this.#reload(options);
    });
    const queued = { confirmMs, result };
    this.#queued = queued;
    this.#turn = result.catch(() => {}); // Who asked for it hears of it; the next one is another matter.
    return result;
  }

  async #reload(options: ReloadOptions): Promise<ReloadResult> {
    if (!this.#lifecycle.dispatch("reload")) {
      return { ok: false, changes: [], error: `cannot reload while ${this.#lifecycle.state}` };
    }
    const result = await this.#live.reload(options);
    this.#noteReload(result);
    if (result.ok) this.#log.info("configuration reloaded", { changes: result.changes.length });
    else this.#log.error("cannot reload, the old configuration stays", { error: result.error });
    this.#lifecycle.dispatch("reload_done");
    if (this.#parts.health.worst() === "degraded") this.#lifecycle.dispatch("degrade");
    return result;
  }

  #noteReload(result: ReloadResult): void {
    const { ok, error } = result;
    this.#note((at) => reloadEvent(result, at));
    this.#lastReload = { at: new Date(this.#context.system.clock.now()).toISOString(), ok, error };
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
    return this.#end(timeoutMs, [
      { name: "jobs", stop: (ms) => this.#drainJobs(ms - this.#reserveFor(this.#live.specs, ms)) },
      { name: "programs", stop: (ms) => this.#stopPrograms(ms) },
      { name: "database", stop: () => this.#parts.jobs[Symbol.asyncDispose]() },
    ]);
  }

  /** Begins a shutdown that leaves the programs running, for the next daemon to adopt. */
  leave(): void {
    if (this.#lifecycle.state === "stopping") return;
    this.#log.info("leaving the programs to the next daemon", { programs: this.#parts.supervisor.roots().length });
    const services = this.#live.specs.filter(isTask);
    this.#end(this.config.daemon.shutdownTimeout, [
      { name: "jobs", stop: (ms) => this.#drainJobs(ms - this.#reserveFor(services, ms)) },
      ...(services.length === 0 ? [] : [{ name: "services", stop: (ms: number) => this.#stopServices(ms) }]),
      { name: "database", stop: () => this.#parts.jobs[Symbol.asyncDispose]() },
    ]);
  }

  async #drainJobs(ms: number): Promise<void> {
    this.#cancelled = await this.#parts.jobs.drain(ms);
    void this.#parts.notifications[Symbol.asyncDispose](); // Beside the programs, so that it takes no time of its own.
  }

  /** Milliseconds that jobs leave to programs and services, which are stopped after them. */
  #reserveFor(specs: readonly UnitSpec[], ms: number): number {
    const running = new Set(this.#parts.supervisor.list().filter(isUp).map(({ name }) => name));
    const timeouts = specs.filter(({ name }) => running.has(name)).map(({ stopTimeout }) => stopTimeout);
    return Math.min(ms / 2, Math.max(0, ...timeouts));
  }

  #end(timeoutMs: number, steps: readonly ShutdownStep[]): number {
    if (!this.#lifecycle.dispatch("stop")) return this.#shutdownMs;
    this.#live[Symbol.dispose]();
    this.#parts.stopping.abort(new DOMException("the daemon stops", "AbortError"));
    this.#shutdownMs = timeoutMs;
    this.#log.info("shutdown began", { timeout_s: timeoutMs / 1000 });
    this.#note((at) => shutdownEvent(timeoutMs, at));
    this.#shutdown = beginShutdown(this.#context.system.clock, steps, timeoutMs);
    this.#shutdown.done.then((report) => {
      const late = report.late.length + report.failed.length;
      this.#log[late === 0 ? "info" : "error"]("shutdown complete", {
        duration_s: Math.round(report.durationMs) / 1000,
        ...(report.late.length > 0 ? { late: report.late } : {}),
        ...(report.failed.length > 0 ? { failed: report.failed.map((f) => `${f.part}: ${messageOf(f.error)}`) } : {}),
      });
      this.#lifecycle.dispatch("stopped");
      this.#ended = { at: new Date(this.#context.system.clock.now()).toISOString(), exit: this.#exit };
      this.#parts.keepAlive?.[Symbol.dispose]();
      this.record();
      this.#stopped.resolve(this.#exit);
    });
    return timeoutMs;
  }

  async #stopPrograms(deadlineMs: number): Promise<void> {
    this.#noteStop(await this.#parts.supervisor.stopAll({ deadlineMs }));
  }

  /** They live in this process: there is nobody to leave them to. */
  async #stopServices(deadlineMs: number): Promise<void> {
    this.#noteStop(await this.#parts.supervisor.stopTasks({ deadlineMs }));
  }

  #noteStop(report: StopReport): void {
    this.#killed = [...new Set([...this.#killed ?? [], ...report.killed])];
    const services = new Set(this.#live.specs.filter(isTask).map(({ name }) => name));
    for (const program of report.killed) {
      if (services.has(program)) this.#log.warn("service ends with the daemon, it ignores its signal", { program });
      else this.#log.warn("program had to be killed", { program });
    }
    for (const survivor of report.survivors) this.#log.error("process survived the shutdown", { survivor });
  }

  /** Ends the programs at once instead of waiting for them. */
  #cut(why: string): void {
    this.#log.warn("drain cut short", { why });
    this.#parts.jobs.cut();
    void this.#parts.supervisor.stopAll({ deadlineMs: 0 });
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
    this.#cut("SIGQUIT");
  }

  report(): StatusReport {
    const { clock } = this.#context.system;
    return {
      name: this.#context.app.product.name,
      instance: this.#context.instance,
      ...modeReport(this.#context),
      state: this.#lifecycle.state,
      pid: this.#context.system.host.pid,
      version: versionText(this.#context.app.product),
      uptime_s: seconds(clock.monotonic() - this.#startedMonotonic),
      started_at: new Date(this.#startedAt).toISOString(),
      url: this.#url,
      health: this.#healthStatus(),
      home: this.#context.paths.home,
      config_file: this.#context.configFile,
      log_file: this.config.log.file,
      pid_file: this.#parts.pidFile,
      socket: this.#context.paths.socket,
      programs: this.#parts.usage.merge(this.#parts.supervisor.list()),
      jobs: this.#parts.jobs.status(),
      repositories: this.#parts.jobs.repositories(),
      scheduler: this.#parts.jobs.scheduler(),
      last_reload: this.#reloadStatus(),
      last_end: this.#parts.lastEnd ?? null,
      shutdown: this.#shutdown?.progress() ?? null,
      problems: Object.entries(this.#parts.health.report()).flatMap(([name, { error }]) =>
        error === undefined ? [] : [`${name}: ${error}`]
      ),
    };
  }

  #reloadStatus(): ReloadStatus | null {
    const until = this.#live.trialUntil;
    const confirm_until = until === undefined ? null : new Date(until).toISOString();
    return this.#lastReload && { ...this.#lastReload, confirm_until };
  }

  health(): HealthReport {
    return {
      status: this.#healthStatus(),
      version: versionText(this.#context.app.product),
      uptime_s: seconds(this.#context.system.clock.monotonic() - this.#startedMonotonic),
      pid: this.#context.system.host.pid,
      checks: this.#parts.health.report(),
      ...this.#parts.jobs.store(),
      shutdown: this.#shutdown?.progress() ?? null,
    };
  }

  #healthStatus(): HealthStatus {
    const { state } = this.#lifecycle;
    if (state === "starting") return "starting";
    if (state === "stopping" || state === "stopped") return "stopping";
    return this.#parts.health.worst();
  }

  /** A program that is not to fail did: the daemon ends, so that whoever watches it sees the truth. */
  giveUp(program: string, reason: string): void {
    if (this.#lifecycle.state === "stopping") return;
    this.#log.error("shutting down because a program failed", { program, reason });
    this.#exit = exitCode("generic");
    this.stop();
  }

  /** A background task died: the daemon ends, and its exit code says so. */
  fail(error: unknown): void {
    this.#log.error("internal error, shutting down", { error, stack: (error as Error)?.stack });
    this.#exit = exitCode("internal");
    this.stop();
  }
}

/** Milliseconds as seconds with three decimals. */
function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}
