import type { SignalName } from "../base/signal_names.ts";
import type { Context } from "hono";
import type { Logger, LogLevel } from "../base/logger.ts";
import type { EventReport } from "../base/event_report.ts";
import type { HealthReport } from "../base/health_reports.ts";
import type { UsageHistory } from "../base/program_reports.ts";
import type { ReloadResult } from "../base/reload_reports.ts";
import type { StatusReport } from "../base/status_report.ts";
import type { WhyReport } from "../base/why_reports.ts";
import type { RunPage, RunQuery, RunReport, UpcomingSlot } from "../base/job_reports.ts";
import type { Product } from "../base/product.ts";
import type { Words } from "../base/words.ts";
import type { Clock } from "../system/clock.ts";
import type { AppRoutes } from "./app_routes.ts";
import type { BuiltInPath } from "./built_in_paths.ts";
import type { Access } from "./guards.ts";
import type { MetricFamily, RequestCounter } from "./metrics.ts";

/** What can be done to a program. */
export const PROGRAM_ACTIONS = ["start", "stop", "restart", "reset"] as const;
export type ProgramAction = (typeof PROGRAM_ACTIONS)[number];

/** What the daemon does when asked. A rejection with an AppdError is told to the client, any other is a bug. */
export interface Actions {
  /** @param options `plan`: only say what would be done; `confirmMs`: take it back unless confirmed by then */
  reload(options?: ReloadOptions): Promise<ReloadResult>;
  /** Keeps what a reload with `confirmMs` did. False when nothing waits for it. */
  confirmReload(): boolean;
  /** Resolves when the archives are complete. */
  rotateLogs(): Promise<void>;
  reopenLogs(): void | Promise<void>;
  /**
   * Begins the shutdown and returns at once. `timeoutMs` replaces the configured timeout.
   *
   * @returns the milliseconds that the shutdown may take
   */
  stop(timeoutMs?: number): number;
  /** Ends the daemon and leaves its programs running, for the next daemon to adopt. */
  leave(): void;
  /** `name`: a program, or all instances of one. */
  program(action: ProgramAction, name: string): Promise<void>;
  /** Sends a signal to the process groups; @returns the number of programs that got it. */
  signalProgram(name: string, signal: SignalName): number;
  /** Changes the number of instances until the configuration changes it. @returns their names */
  scaleProgram(name: string, instances: number): Promise<readonly string[]>;
  /** Until the next reload or restart; without `logger` for all that have no level of their own. */
  setLogLevel(level: LogLevel, logger?: string): void;
}

export interface ReloadOptions {
  readonly plan?: boolean;
  readonly confirmMs?: number;
}

/** What came with a webhook. */
export interface WebhookCall {
  readonly key?: string | undefined;
  readonly payload: { readonly body: string; readonly contentType: string };
}

/** The run of a webhook, or with `duplicate` the one that its key has made before. */
export interface WebhookAnswer extends RunReport {
  readonly duplicate: boolean;
}

/** What is asked of the scheduler. Rejections with an AppdError are told to the client; notRunning: no such job or run. */
export interface JobsApi {
  history(query: RunQuery): Promise<RunPage>;
  /** One run with the end of its output. */
  show(id: number): Promise<RunReport>;
  /**
   * Triggers a job now, as `overlap` allows; also while it is paused or outside its hours. Resolves when the run is
   * recorded: queued, running, or skipped with its reason.
   */
  run(job: string): Promise<RunReport>;
  /** Resolves when the run has ended. */
  ended(id: number, signal: AbortSignal): Promise<RunReport>;
  /** An event from outside for a job with `on = "webhook"`. @param call `key`: two calls with one key are one slot */
  webhook(job: string, call: WebhookCall): Promise<WebhookAnswer>;
  /** Ends a run, or takes it out of the queue. @throws AppdError (notRunning) also when it has ended */
  cancel(id: number): Promise<RunReport>;
  /** Cancels what of a job is queued or runs; @returns the runs. */
  cancelJob(job: string): Promise<readonly RunReport[]>;
  /** Without `job` the whole scheduler. @param options `until`: wall time in milliseconds */
  pause(options: { readonly job?: string; readonly until?: number }): Promise<void>;
  resume(options: { readonly job?: string }): Promise<void>;
  /** The next times, soonest first. */
  upcoming(options: { readonly count: number; readonly job?: string }): readonly UpcomingSlot[];
}

/** What happened, in memory. */
export interface EventSource {
  /** Events after `id`, oldest first, as far as they are remembered. */
  since(id: number): readonly EventReport[];
  subscribe(listener: (event: EventReport) => void): Disposable;
}

/** Which part of which log; `program` may be a job, without it the daemon's own. */
export interface LogQuery {
  readonly program?: string;
  readonly lines: number;
}

/** What the API needs of the daemon. The reports are asked for on every request and must be instant. */
export interface ApiDeps {
  readonly access: Access;
  /** The port that was bound. Default 0, right for a socket. */
  readonly port?: () => number;
  /** Default `127.0.0.1`. */
  readonly bind?: string;
  /** Path of the control socket, where it is that. */
  readonly socket?: string;
  /** Bearer token that opens the actions over TCP. */
  readonly token?: string | undefined;
  status(): StatusReport;
  health(): HealthReport;
  metrics(): readonly MetricFamily[];
  /** The last lines, oldest first, with or without their line feeds. */
  logs(query: LogQuery): AsyncIterable<Uint8Array>;
  readonly events: EventSource;
  /** Reads the end of the program's log. @throws AppdError (notRunning) when there is no such program */
  why(program: string): WhyReport | Promise<WhyReport>;
  /** @throws AppdError (notRunning) when there is no such program */
  history(program: string): UsageHistory;
  readonly actions: Actions;
  readonly jobs: JobsApi;
  /** Endpoints of the app; undefined while they are not there yet, absent when there are none. */
  readonly own?: AppRoutes | undefined;
  /** What the status shows of them; `poke` looks at one now and resolves when that look has ended. */
  readonly repositories?: { poke(name: string): Promise<void> };
  /** What the program is. Default: appd. */
  readonly product?: Product;
  readonly log?: Logger;
  /** For the heartbeat of streams and the end of a wait. Default: the machine's. */
  readonly clock?: Pick<Clock, "every" | "after" | "now">;
  /** Shared by the APIs of one daemon, so that each shows the requests of all. */
  readonly requests?: RequestCounter;
}

/** The dependencies with the defaults filled in. */
export type RouteDeps = ApiDeps & {
  readonly requests: RequestCounter;
  readonly product: Product;
  readonly words: Words;
};

/** A parameter of the query, the path or the header, or a member of a JSON body, as OpenAPI describes it. */
export interface RouteParameter {
  readonly name: string;
  readonly in: "query" | "path" | "header" | "body";
  readonly required?: boolean;
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** One operation: what it is called, and what answers it. The API and its OpenAPI description are made from these. */
export interface Route {
  readonly method: "GET" | "POST";
  /** With path parameters as `:name`. */
  readonly path: BuiltInPath;
  readonly summary: string;
  readonly parameters?: readonly RouteParameter[];
  /** Status codes beside those that every route may give. */
  readonly responses: Readonly<Record<number, string>>;
  readonly handle: (context: Context, deps: RouteDeps) => Response | Promise<Response>;
}
