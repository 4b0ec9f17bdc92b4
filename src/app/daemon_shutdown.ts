import type { Logger } from "../base/logger.ts";
import { messageOf } from "../base/errors.ts";
import { exitCode } from "../base/exit_codes.ts";
import { isUp } from "../base/program_names.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import type { InstanceState } from "../instance/state_file.ts";
import type { StopReport } from "../programs/stop_in_order.ts";
import type { Supervisor } from "../programs/supervisor.ts";
import { isTask, type UnitSpec } from "../programs/task_spec.ts";
import type { Clock } from "../system/clock.ts";
import { shutdownEvent } from "./events/daemon_events.ts";
import type { Journal } from "./events/journal.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { LifecycleMachine } from "./lifecycle_machine.ts";
import type { LiveConfig } from "./live_config.ts";
import {
  beginShutdown,
  type Shutdown,
  type ShutdownProgress,
  type ShutdownReport,
  type ShutdownStep,
} from "./shutdown.ts";

export interface DaemonShutdownPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly live: Pick<LiveConfig, "specs"> & Disposable;
  readonly lifecycle: LifecycleMachine;
  readonly journal: Pick<Journal, "note">;
  readonly jobs: Pick<Jobs, "drain" | "cut" | "lingering" | typeof Symbol.asyncDispose>;
  readonly supervisor: Pick<Supervisor, "list" | "roots" | "stopAll" | "stopTasks">;
  readonly notifications: AsyncDisposable;
  readonly keepAlive: Disposable | undefined;
  /** Aborted when the shutdown begins. */
  readonly stopping: AbortController;
  /** Called when all has ended that was to end, before {@link DaemonShutdown.ended} resolves. */
  readonly onEnded: () => void;
}

/** How the daemon ends: its jobs, then its programs and services, then its database; and what became of them. */
export class DaemonShutdown {
  /** What the daemon's process is to end with. */
  exit = exitCode("ok");
  /** Why that is no success. */
  reason: string | undefined;
  readonly #ports: DaemonShutdownPorts;
  readonly #ended = Promise.withResolvers<number>();
  #shutdown: Shutdown | undefined;
  #timeoutMs = 0;
  #killed: readonly string[] | undefined;
  #lingering: readonly string[] = [];
  #cancelled: readonly string[] = [];
  /** Jobs still have their time. */
  #draining = false;
  #end: InstanceState["ended"];

  constructor(ports: DaemonShutdownPorts) {
    this.#ports = ports;
  }

  /** Resolves with the exit code, once somebody has begun the shutdown and it is complete. */
  get ended(): Promise<number> {
    return this.#ended.promise;
  }

  /** How far it has come; null before it begins. */
  progress(): ShutdownProgress | null {
    return this.#shutdown?.progress() ?? null;
  }

  /** What it leaves in the state file. */
  traces(): Pick<InstanceState, "killed" | "lingering" | "cancelled" | "ended"> {
    return {
      ...(this.#killed === undefined ? {} : { killed: this.#killed }),
      ...(this.#lingering.length === 0 ? {} : { lingering: this.#lingering }),
      ...(this.#end === undefined ? {} : { ended: this.#end }),
      ...(this.#cancelled.length === 0 ? {} : { cancelled: this.#cancelled }),
    };
  }

  /**
   * Begins the shutdown; a second call changes nothing.
   *
   * @returns the milliseconds that the shutdown may take
   */
  stop(timeoutMs: number): number {
    const reserve = this.#reserveFor(this.#ports.live.specs, timeoutMs);
    return this.#begin(timeoutMs, [
      { name: "jobs", stop: (ms) => this.#drainJobs(ms) },
      { name: "programs", reserve, stop: (ms) => this.#stopPrograms(ms) },
      { name: "database", stop: () => this.#closeJobs() },
    ]);
  }

  /** Begins a shutdown that leaves the programs running, for the next daemon to adopt. */
  leave(timeoutMs: number): void {
    if (this.#ports.lifecycle.state === "stopping") return;
    this.#ports.log.info("leaving the programs to the next daemon", {
      programs: this.#ports.supervisor.roots().length,
    });
    const services = this.#ports.live.specs.filter(isTask);
    const reserve = this.#reserveFor(services, timeoutMs);
    const ofServices = { name: "services", reserve, stop: (ms: number) => this.#stopServices(ms) };
    this.#begin(timeoutMs, [
      { name: "jobs", stop: (ms) => this.#drainJobs(ms) },
      ...(services.length === 0 ? [] : [ofServices]),
      { name: "database", stop: () => this.#closeJobs() },
    ]);
  }

  /** Ends the programs at once instead of waiting for them. */
  cut(why: string): void {
    this.#ports.log.warn("drain cut short", { why });
    this.#ports.jobs.cut();
    void this.#ports.supervisor.stopAll({ deadlineMs: 0 });
  }

  #begin(timeoutMs: number, steps: readonly ShutdownStep[]): number {
    const { clock, journal, lifecycle, live, log, stopping } = this.#ports;
    if (!lifecycle.dispatch("stop")) return this.#timeoutMs;
    live[Symbol.dispose]();
    stopping.abort(new DOMException("the daemon stops", "AbortError"));
    this.#timeoutMs = timeoutMs;
    log.info("shutdown began", { timeout_s: timeoutMs / 1000 });
    journal.note(shutdownEvent(timeoutMs, clock.now()));
    this.#shutdown = beginShutdown(clock, steps, timeoutMs);
    this.#shutdown.done.then((report) => this.#complete(report));
    return timeoutMs;
  }

  #complete({ durationMs, late, failed }: ShutdownReport): void {
    const { clock, keepAlive, lifecycle, log, onEnded } = this.#ports;
    log[late.length + failed.length === 0 ? "info" : "error"]("shutdown complete", {
      duration_s: Math.round(durationMs) / 1000,
      ...(late.length > 0 ? { late } : {}),
      ...(failed.length > 0 ? { failed: failed.map((f) => `${f.part}: ${messageOf(f.error)}`) } : {}),
    });
    lifecycle.dispatch("stopped");
    const at = new Date(clock.now()).toISOString();
    this.#end = { at, exit: this.exit, ...(this.reason === undefined ? {} : { reason: this.reason }) };
    keepAlive?.[Symbol.dispose]();
    onEnded();
    this.#ended.resolve(this.exit);
  }

  async #drainJobs(ms: number): Promise<void> {
    this.#draining = true;
    this.#cancelled = await this.#ports.jobs.drain(ms).finally(() => this.#draining = false);
    void this.#ports.notifications[Symbol.asyncDispose](); // Beside the programs, so that it takes no time of its own.
  }

  /** Milliseconds before the deadline from which on programs and services are stopped beside jobs that still run. */
  #reserveFor(specs: readonly UnitSpec[], ms: number): number {
    const running = new Set(this.#ports.supervisor.list().filter(isUp).map(({ name }) => name));
    const timeouts = specs.filter(({ name }) => running.has(name)).map(({ stopTimeout }) => stopTimeout);
    return Math.min(ms / 2, Math.max(0, ...timeouts));
  }

  async #stopPrograms(deadlineMs: number): Promise<void> {
    this.#tellBeside(() => true);
    this.#noteStop(await this.#ports.supervisor.stopAll({ deadlineMs }));
  }

  /** They live in this process: there is nobody to leave them to. */
  async #stopServices(deadlineMs: number): Promise<void> {
    this.#tellBeside(({ kind }) => kind === "service");
    this.#noteStop(await this.#ports.supervisor.stopTasks({ deadlineMs }));
  }

  /** A job that wanted one of them may fail now: its log says only that. */
  #tellBeside(stops: (unit: Pick<ProgramStatus, "kind">) => boolean): void {
    const running = this.#ports.supervisor.list().filter((unit) => isUp(unit) && stops(unit)).map(({ name }) => name);
    if (!this.#draining || running.length === 0) return;
    this.#ports.log.info("time is short: these stop beside jobs that still run", { stops: running });
  }

  #noteStop(report: StopReport): void {
    const { log, supervisor } = this.#ports;
    const services = new Set(supervisor.list().filter(({ kind }) => kind === "service").map(({ name }) => name));
    this.#noteKilled(report.killed, report.killed.filter((name) => services.has(name)));
    for (const program of report.killed) {
      if (services.has(program)) log.warn("service ends with the daemon, it ignores its signal", { program });
      else log.warn("program had to be killed", { program });
    }
    for (const survivor of report.survivors) log.error("process survived the shutdown", { survivor });
  }

  /** @param lingering those among them that end with the daemon */
  #noteKilled(killed: readonly string[], lingering: readonly string[]): void {
    this.#killed = [...new Set([...this.#killed ?? [], ...killed])];
    this.#lingering = [...new Set([...this.#lingering, ...lingering])];
  }

  /** Code of jobs that ignored its signal has had the time of the programs too. */
  async #closeJobs(): Promise<void> {
    const { jobs, log } = this.#ports;
    const lingering = jobs.lingering();
    if (lingering.length > 0) this.#noteKilled(lingering, lingering);
    for (const job of lingering) log.warn("the code of a job ends with the daemon, it ignores its signal", { job });
    await jobs[Symbol.asyncDispose]();
  }
}
